package dev.edgewise.helm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import dev.edgewise.helm.Chart.Manifest;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the chart renders, and what it refuses.
 */
class ChartTests {

	private static final String OPEN = "security: {mode: none}\n";

	private static final Map<String, Type> TYPES = Map.of("ConfigMap",
			new Type(V1ConfigMap.class, V1ConfigMap::validateJsonElement), "Deployment",
			new Type(V1Deployment.class, V1Deployment::validateJsonElement), "HorizontalPodAutoscaler",
			new Type(V2HorizontalPodAutoscaler.class, V2HorizontalPodAutoscaler::validateJsonElement), "Ingress",
			new Type(V1Ingress.class, V1Ingress::validateJsonElement), "NetworkPolicy",
			new Type(V1NetworkPolicy.class, V1NetworkPolicy::validateJsonElement), "Pod",
			new Type(V1Pod.class, V1Pod::validateJsonElement), "PodDisruptionBudget",
			new Type(V1PodDisruptionBudget.class, V1PodDisruptionBudget::validateJsonElement), "Service",
			new Type(V1Service.class, V1Service::validateJsonElement), "ServiceAccount",
			new Type(V1ServiceAccount.class, V1ServiceAccount::validateJsonElement));

	/**
	 * Kinds of Prometheus's operator, of which there are no types.
	 */
	private static final List<String> OPERATORS = List.of("ServiceMonitor", "PrometheusRule");

	@TempDir
	Path directory;

	@ParameterizedTest
	@MethodSource("dev.edgewise.helm.Chart#cases")
	void isLintedStrictly(String name) throws IOException {
		LintResult result = new Helm(Chart.copyWithValues(name, this.directory.resolve("edgewise"))).lint()
			.strict()
			.call();
		assertThat(result.isFailed()).as(() -> String.join("\n", result.getMessages())).isFalse();
	}

	@ParameterizedTest
	@MethodSource("dev.edgewise.helm.Chart#cases")
	void rendersWhatKubernetesKnows(String name) {
		assertThat(Chart.render(name)).hasSizeGreaterThanOrEqualTo(5).allSatisfy((manifest) -> {
			assertThat(manifest.content()).containsOnlyKeys(keys(manifest));
			if (!OPERATORS.contains(manifest.kind())) {
				Type type = TYPES.get(manifest.kind());
				assertThat(type).as(manifest.kind()).isNotNull();
				JsonElement json = json(manifest);
				type.check().accept(json);
				assertThat(JSON.getGson().fromJson(json, type.type())).isNotNull();
			}
		});
	}

	@Test
	void hasAFileOfValuesForEachOptionalPart() {
		assertThat(Chart.cases().stream().flatMap((name) -> Chart.render(name).stream()).map(Manifest::kind).distinct())
			.containsAll(TYPES.keySet())
			.containsAll(OPERATORS);
	}

	@Test
	void hasOnePodAndNothingOptionalByDefault() {
		assertThat(Chart.render("default")).extracting(Manifest::kind)
			.containsExactlyInAnyOrder("ServiceAccount", "ConfigMap", "Service", "Deployment", "Pod");
		V1Deployment deployment = deployment("default");
		assertThat(deployment.getSpec().getReplicas()).isOne();
		assertThat(deployment.getSpec().getStrategy().getType()).isEqualTo("Recreate");
	}

	@Test
	void isNotInstalledUntilItIsSaidHowCallersAreKnown() throws IOException {
		assertRefused("{}", "security", "mode");
		assertRefused("security: {mode: password}", "mode");
		assertRefused("security: {mode: api-keys}", "existingSecret");
		assertRefused("security: {mode: jwt}", "issuerUri");
	}

	@ParameterizedTest
	@ValueSource(strings = { "replicas: 2", "autoscaling: {enabled: true}", "replicas: 2\ningress: {enabled: true}",
			"autoscaling: {enabled: true}\ningress: {enabled: true}",
			"replicas: 2\ningress: {affinity: $edgewise_session}",
			"autoscaling: {enabled: true}\ningress: {affinity: $edgewise_session}" })
	void refusesMorePodsWithoutAnIngressThatKeepsASessionOnOne(String values) throws IOException {
		assertRefused(OPEN + values, "ingress");
	}

	@ParameterizedTest
	@ValueSource(strings = { "replicaCount: 1", "ingress: {tls: true}", "config: {edgewise: {sessions: {max: 1}}}",
			"config: {edgewise: {session: {maximum: 1}}}", "config: {edgewise: {shutdown: {grace: 1s}}}",
			"config: {edgewise: {interruption: {policies: {call: {minimum-words: 1}}}}}",
			"extraEnv: [{name: A, value: b, from: c}]" })
	void refusesAValueThatItDoesNotKnow(String values) throws IOException {
		assertRefused(OPEN + values, "additional propert");
	}

	@ParameterizedTest
	@ValueSource(strings = { "config: {edgewise: {session: {max: 0}}}", "config: {edgewise: {generation: {grace: 5}}}",
			"ingress: {affinity: session id}", "shutdown: {graceSeconds: 601}" })
	void refusesAValueOutOfRange(String values) throws IOException {
		assertThatThrownBy(() -> render(OPEN + values)).hasMessageContaining("schema");
	}

	@Test
	void closesEveryObjectOfTheSchema() throws IOException {
		JsonNode schema = JsonMapper.shared().readTree(Files.readString(Chart.DIRECTORY.resolve("values.schema.json")));
		assertThat(nodes(schema)).filteredOn((node) -> node.path("type").asString("").equals("object"))
			.hasSizeGreaterThan(30)
			.allSatisfy((node) -> assertThat(node.path("additionalProperties").isMissingNode()).as(node.toString())
				.isFalse());
		assertThat(nodes(schema)).filteredOn((node) -> node.has("properties") && node.has("type"))
			.hasSizeGreaterThan(30)
			.allSatisfy((node) -> assertThat(node.path("additionalProperties").asBoolean(true)).as(node.toString())
				.isFalse());
		assertThat(nodes(schema)).filteredOn((node) -> node.has("additionalProperties"))
			.map((node) -> node.path("additionalProperties"))
			.allSatisfy((node) -> assertThat(
					node.isBoolean() ? !node.asBoolean() : node.has("type") || node.has("enum") || node.has("$ref"))
				.as(node.toString())
				.isTrue());
	}

	@Test
	void describesEveryValueForHelmDocs() throws IOException {
		List<String> lines = Files.readAllLines(Chart.DIRECTORY.resolve("values.yaml"));
		for (int i = 0; i < lines.size(); i++) {
			if (lines.get(i).matches("\\s*[a-zA-Z]+: .*")) {
				assertThat(lines.get(i - 1)).as(lines.get(i)).matches("\\s*# -- \\S.*");
			}
		}
	}

	@Test
	void offersEveryPropertyOfTheServiceAndNoOther() throws IOException {
		JsonNode edgewise = JsonMapper.shared()
			.readTree(Files.readString(Chart.DIRECTORY.resolve("values.schema.json")))
			.path("properties")
			.path("config")
			.path("properties")
			.path("edgewise");
		TreeSet<String> known = new TreeSet<>(Metadata.own());
		// of the chart: values of their own; a service without its edge is none; and a
		// key has no place in a config map
		known.removeIf((name) -> name.startsWith("edgewise.security.") || name.equals("edgewise.shutdown.grace")
				|| name.equals("edgewise.web.enabled") || name.equals("edgewise.agent.model.api-key"));
		assertThat(leaves("edgewise", edgewise)).as("values.schema.json, config.edgewise")
			.containsExactlyInAnyOrderElementsOf(known);
	}

	@ParameterizedTest
	@MethodSource("dev.edgewise.helm.Chart#cases")
	void configuresPropertiesThatExist(String name) throws IOException {
		List<String> known = Metadata.all();
		YamlPropertySourceLoader loader = new YamlPropertySourceLoader();
		String application = Chart.application(Chart.render(name));
		EnumerablePropertySource<?> properties = (EnumerablePropertySource<?>) loader
			.load("application", new ByteArrayResource(application.getBytes()))
			.get(0);
		assertThat(properties.getPropertyNames()).contains("edgewise.shutdown.grace")
			.allSatisfy((key) -> assertThat(known).anyMatch((property) -> key.equals(property)
					|| ((property.equals("logging.level") || property.equals("edgewise.interruption.policies"))
							&& key.startsWith(property + "."))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "default", "api-keys", "jwt" })
	void setsVariablesOfPropertiesThatExist(String name) throws IOException {
		List<String> known = Metadata.all();
		List<String> variables = known.stream()
			.map((property) -> property.replace("-", "").replace('.', '_').toUpperCase())
			.toList();
		boolean guarded = known.stream().anyMatch((property) -> property.startsWith("edgewise.security."));
		assertThat(container(deployment(name)).getEnv()).extracting((variable) -> variable.getName())
			.contains("SERVER_ADDRESS", "MANAGEMENT_SERVER_PORT")
			.filteredOn((variable) -> guarded || !variable.contains("_SECURITY_"))
			.allSatisfy((variable) -> assertThat(variables).contains(variable));
	}

	@Test
	void tellsTheServiceHowCallersAreKnown() {
		assertThat(variables("default")).containsEntry("EDGEWISE_SECURITY_MODE", "none");
		assertThat(variables("jwt"))
			.containsEntry("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUERURI", "https://issuer.example.org")
			.containsEntry("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES", "edgewise")
			.doesNotContainKey("EDGEWISE_SECURITY_MODE");
		assertThat(variables("api-keys")).doesNotContainKey("EDGEWISE_SECURITY_MODE")
			.containsEntry("EDGEWISE_SECURITY_APIKEYSFILE", "/etc/edgewise-security/api-keys.yml");
		assertThat(pod("api-keys").getVolumes()).anyMatch((volume) -> (volume.getSecret() != null)
				&& "edgewise-api-keys".equals(volume.getSecret().getSecretName()));
	}

	@Test
	void tellsPrometheusWhatToScrapeWith() throws IOException {
		assertThat(authorization(Chart.render("monitoring"))).isNull();
		assertThat(authorization(Chart.render("api-keys")))
			.isEqualTo(Map.of("type", "ApiKey", "credentials", Map.of("name", "edgewise-scraper", "key", "token")));
		assertThat(authorization(Chart.render("jwt")))
			.isEqualTo(Map.of("type", "Bearer", "credentials", Map.of("name", "edgewise-scraper", "key", "token")));
		List<Manifest> both = render("""
				security: {mode: jwt, existingSecret: edgewise-api-keys, jwt: {issuerUri: https://issuer.example.org}}
				serviceMonitor: {enabled: true, tokenSecret: edgewise-scraper}
				""");
		assertThat(authorization(both)).extracting("type").isEqualTo("ApiKey");
		assertThat(container(read(Chart.one(both, "Deployment"), V1Deployment.class)).getEnv())
			.extracting((variable) -> variable.getName())
			.contains("EDGEWISE_SECURITY_APIKEYSFILE", "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUERURI");
		assertRefused("security: {mode: api-keys, existingSecret: keys}\nserviceMonitor: {enabled: true}",
				"tokenSecret");
	}

	private static Object authorization(List<Manifest> manifests) {
		return Chart.objects(Chart.one(manifests, "ServiceMonitor").object("spec").get("endpoints"))
			.get(0)
			.get("authorization");
	}

	@ParameterizedTest
	@MethodSource("dev.edgewise.helm.Chart#cases")
	void restrictsItsPods(String name) {
		for (V1PodSpec pod : List.of(pod(name), testPod(name))) {
			assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
			assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
			assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
			assertThat(pod.getAutomountServiceAccountToken()).isFalse();
			assertThat(pod.getContainers()).hasSize(1).allSatisfy((container) -> {
				assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
				assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
				assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
				assertThat(container.getResources().getLimits()).containsKey("memory");
			});
		}
		assertThat(container(deployment(name)).getVolumeMounts())
			.anyMatch((mount) -> mount.getMountPath().equals("/tmp") && mount.getName().equals("tmp"));
		assertThat(pod(name).getVolumes())
			.anyMatch((volume) -> volume.getName().equals("tmp") && (volume.getEmptyDir() != null));
	}

	@Test
	void waitsForTheDrainBeforeItKills() {
		// 5 until nobody sends, twice 5 of grace and 10 of cleaning up, 5 to spare
		assertThat(pod("default").getTerminationGracePeriodSeconds()).isEqualTo(5 + 2 * (5 + 10) + 5);
		assertThat(pod("config").getTerminationGracePeriodSeconds()).isEqualTo(2 * (20 + 10) + 5);
		assertThat(Chart.application(Chart.render("config"))).contains("timeout-per-shutdown-phase: 30s")
			.contains("grace: 20s");
	}

	@Test
	void hasPortsThatFindOneAnother() {
		List<Manifest> manifests = Chart.render("monitoring");
		V1Container container = container(deployment("monitoring"));
		Map<String, String> variables = variables("monitoring");
		Map<String, Integer> ports = new HashMap<>();
		container.getPorts().forEach((port) -> ports.put(port.getName(), port.getContainerPort()));
		assertThat(ports).isEqualTo(Map.of("http", Integer.valueOf(variables.get("SERVER_PORT")), "management",
				Integer.valueOf(variables.get("MANAGEMENT_SERVER_PORT"))));
		V1Service service = read(Chart.one(manifests, "Service"), V1Service.class);
		assertThat(service.getSpec().getPorts())
			.allSatisfy((port) -> assertThat(ports).containsKey(port.getTargetPort().getStrValue()));
		assertThat(List.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe()))
			.allSatisfy((probe) -> assertThat(probe.getHttpGet().getPort().getStrValue()).isEqualTo("management"));
		List<String> names = service.getSpec().getPorts().stream().map((port) -> port.getName()).toList();
		assertThat(Chart.objects(Chart.one(manifests, "ServiceMonitor").object("spec").get("endpoints")))
			.allSatisfy((endpoint) -> assertThat(names).contains((String) endpoint.get("port")));
		V1Ingress ingress = read(Chart.render("ingress", "Ingress"), V1Ingress.class);
		assertThat(names).contains(ingress.getSpec()
			.getRules()
			.get(0)
			.getHttp()
			.getPaths()
			.get(0)
			.getBackend()
			.getService()
			.getPort()
			.getName());
		assertThat(service.getSpec().getSelector())
			.isEqualTo(deployment("monitoring").getSpec().getSelector().getMatchLabels());
		assertThat(deployment("monitoring").getSpec().getTemplate().getMetadata().getLabels())
			.containsAllEntriesOf(service.getSpec().getSelector());
		assertThat(read(Chart.one(manifests, "Pod"), V1Pod.class).getMetadata().getLabels())
			.doesNotContainEntry("app.kubernetes.io/component", "service");
	}

	@Test
	void letsStreamsThroughTheIngress() {
		Map<String, String> annotations = read(Chart.render("replicas", "Ingress"), V1Ingress.class).getMetadata()
			.getAnnotations();
		String nginx = "nginx.ingress.kubernetes.io/";
		assertThat(annotations).containsEntry(nginx + "proxy-buffering", "off")
			.containsEntry(nginx + "proxy-http-version", "1.1")
			.containsEntry(nginx + "proxy-read-timeout", "3600")
			.containsEntry(nginx + "proxy-send-timeout", "3600")
			.containsEntry(nginx + "upstream-hash-by", "$edgewise_session");
		assertThat(read(Chart.render("ingress", "Ingress"), V1Ingress.class).getMetadata().getAnnotations())
			.containsEntry(nginx + "proxy-read-timeout", "7200")
			.doesNotContainKey(nginx + "upstream-hash-by");
	}

	@Test
	void leavesTheNumberOfPodsToTheAutoscaler() {
		assertThat(deployment("autoscaling").getSpec().getReplicas()).isNull();
		assertThat(deployment("replicas").getSpec().getReplicas()).isEqualTo(3);
		assertThat(deployment("replicas").getSpec().getStrategy().getType()).isEqualTo("RollingUpdate");
	}

	@Test
	void knowsHowManySessionsTheServiceHoldsByDefault() throws IOException {
		assertThat(bound("monitoring")).isEqualTo("vector(5000)");
		Path values = this.directory.resolve("values.yaml");
		Files.writeString(values, OPEN + "prometheusRule: {enabled: true}");
		assertThat(bound(Chart.render(values))).isEqualTo("vector(" + Metadata.defaultOf("edgewise.session.max") + ")");
	}

	@Test
	void putsTheDashboardWhereGrafanaLooksForIt() throws IOException {
		Map<String, Object> dashboard = Chart.render("monitoring")
			.stream()
			.filter((manifest) -> manifest.kind().equals("ConfigMap"))
			.filter((manifest) -> manifest.object("data").containsKey("edgewise.json"))
			.map(Manifest::content)
			.findFirst()
			.orElseThrow();
		Manifest manifest = new Manifest(dashboard);
		assertThat(manifest.object("metadata", "labels")).containsEntry("grafana_dashboard", "1");
		assertThat(manifest.object("metadata", "annotations")).containsEntry("grafana_folder", "Agents");
		assertThat(JsonMapper.shared().readTree((String) manifest.object("data").get("edgewise.json")))
			.isEqualTo(JsonMapper.shared().readTree(Files.readString(Chart.DASHBOARD)));
	}

	private String bound(String name) {
		return bound(Chart.render(name));
	}

	private String bound(List<Manifest> manifests) {
		return Chart.objects(Chart.one(manifests, "PrometheusRule").object("spec").get("groups"))
			.stream()
			.flatMap((group) -> Chart.objects(group.get("rules")).stream())
			.filter((rule) -> "edgewise:sessions:max".equals(rule.get("record")))
			.map((rule) -> (String) rule.get("expr"))
			.findFirst()
			.orElseThrow();
	}

	private void assertRefused(String values, String... words) throws IOException {
		assertThatThrownBy(() -> render(values)).hasMessageContaining("schema").hasMessageContainingAll(words);
	}

	private List<Manifest> render(String values) throws IOException {
		Path file = this.directory.resolve("refused.yaml");
		Files.writeString(file, values);
		return Chart.render(file);
	}

	private static Stream<String> leaves(String prefix, JsonNode schema) {
		return schema.has("properties")
				? schema.path("properties")
					.propertyStream()
					.flatMap((property) -> leaves(prefix + "." + property.getKey(), property.getValue()))
				: Stream.of(prefix);
	}

	private static Stream<JsonNode> nodes(JsonNode node) {
		return Stream.concat(Stream.of(node), node.valueStream().flatMap(ChartTests::nodes));
	}

	private static String[] keys(Manifest manifest) {
		return switch (manifest.kind()) {
			case "ConfigMap" -> new String[] { "apiVersion", "kind", "metadata", "data" };
			case "ServiceAccount" -> new String[] { "apiVersion", "kind", "metadata", "automountServiceAccountToken" };
			default -> new String[] { "apiVersion", "kind", "metadata", "spec" };
		};
	}

	private static Map<String, String> variables(String name) {
		Map<String, String> variables = new HashMap<>();
		container(deployment(name)).getEnv()
			.forEach((variable) -> variables.put(variable.getName(), variable.getValue()));
		return variables;
	}

	private static V1Deployment deployment(String name) {
		return read(Chart.render(name, "Deployment"), V1Deployment.class);
	}

	private static V1PodSpec pod(String name) {
		return deployment(name).getSpec().getTemplate().getSpec();
	}

	private static V1PodSpec testPod(String name) {
		return read(Chart.render(name, "Pod"), V1Pod.class).getSpec();
	}

	private static V1Container container(V1Deployment deployment) {
		return deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
	}

	private static <T> T read(Manifest manifest, Class<T> type) {
		return JSON.getGson().fromJson(json(manifest), type);
	}

	private static JsonElement json(Manifest manifest) {
		return new Gson().toJsonTree(manifest.content());
	}

	/**
	 * A kind of object.
	 *
	 * @param type its type
	 * @param check fails if a field is unknown or missing
	 */
	private record Type(Class<?> type, Check check) {
	}

	@FunctionalInterface
	private interface Check {

		void check(JsonElement element) throws IOException;

		default void accept(JsonElement element) {
			try {
				check(element);
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		}

	}

}
