package dev.edgewise.web;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.edgewise.event.AgentResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.Version;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.AnnotationIntrospectorPair;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;
import tools.jackson.databind.util.StdDateFormat;

/**
 * The edge's own dialect of JSON: an application's mapper with what would change the wire
 * taken out of it, strict in what it reads.
 */
final class Json {

	private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
		.withZone(ZoneOffset.UTC);

	private final JsonMapper mapper;

	private final ObjectWriter escaping;

	/**
	 * Creates the dialect.
	 * @param application the application's mapper; null for a plain one
	 */
	Json(@Nullable JsonMapper application) {
		JsonMapper.Builder builder = (application != null) ? application.rebuild() : JsonMapper.builder();
		this.mapper = builder.propertyNamingStrategy(null)
			.deactivateDefaultTyping()
			.annotationIntrospector(
					AnnotationIntrospectorPair.create(new RequiredComponents(), builder.annotationIntrospector()))
			.addModule(new SimpleModule("edgewise").addSerializer(Duration.class, new DurationWriter())
				.addDeserializer(Duration.class, new DurationReader()))
			.changeDefaultPropertyInclusion((inclusion) -> inclusion.withValueInclusion(JsonInclude.Include.NON_ABSENT)
				.withContentInclusion(JsonInclude.Include.ALWAYS))
			.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
					DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
			.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT, DeserializationFeature.UNWRAP_ROOT_VALUE,
					DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
			.enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
			.disable(MapperFeature.ALLOW_COERCION_OF_SCALARS, MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
			.withCoercionConfig(LogicalType.Textual,
					(coercion) -> coercion.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
						.setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
						.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
			// a line break inside the data would end the field of the event stream
			.disable(SerializationFeature.INDENT_OUTPUT, SerializationFeature.WRAP_ROOT_VALUE,
					SerializationFeature.FAIL_ON_EMPTY_BEANS)
			.disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS, DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
			.enable(DateTimeFeature.WRITE_DATES_WITH_CONTEXT_TIME_ZONE)
			.defaultTimeZone(TimeZone.getTimeZone(ZoneOffset.UTC))
			.defaultDateFormat(new StdDateFormat())
			.build();
		this.escaping = this.mapper.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);
	}

	JsonMapper mapper() {
		return this.mapper;
	}

	/**
	 * Writes a value.
	 */
	byte[] write(Object value) {
		return write(this.mapper.writer(), value);
	}

	/**
	 * Writes a value, and once more with escapes if it holds halves of surrogate pairs,
	 * which have no form in UTF-8.
	 */
	byte[] write(ObjectWriter writer, Object value) {
		try {
			return writer.writeValueAsBytes(value);
		}
		catch (JacksonException ex) {
			return this.escaping.writeValueAsBytes(value);
		}
	}

	/**
	 * Writes a time as RFC 3339 with milliseconds, or nothing for nothing.
	 */
	static @Nullable String time(@Nullable Instant time) {
		return (time != null) ? MILLIS.format(time) : null;
	}

	/**
	 * Requires the components of records that are not marked as nullable, and has the
	 * built-in events read by their components alone.
	 */
	private static final class RequiredComponents extends NopAnnotationIntrospector {

		private static final Set<Class<?>> OPTIONALS = Set.of(Optional.class, OptionalInt.class, OptionalLong.class,
				OptionalDouble.class);

		@Override
		public Version version() {
			return Version.unknownVersion();
		}

		@Override
		public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
			return isRequired(member) ? Boolean.TRUE : null;
		}

		@Override
		public JsonSetter.Value findSetterInfo(MapperConfig<?> config, Annotated annotated) {
			return isRequired(annotated) ? JsonSetter.Value.forValueNulls(Nulls.FAIL) : JsonSetter.Value.empty();
		}

		/**
		 * The built-in events are read by their components: a constructor that is there
		 * for convenience would have text taken where an object is needed.
		 */
		@Override
		public JsonCreator.@Nullable Mode findCreatorAnnotation(MapperConfig<?> config, Annotated annotated) {
			return (annotated.getAnnotated() instanceof Constructor<?> constructor
					&& constructor.getDeclaringClass().isRecord()
					&& constructor.getDeclaringClass().getPackage() == AgentResponse.class.getPackage()
					&& constructor.getParameterCount() != constructor.getDeclaringClass().getRecordComponents().length)
							? JsonCreator.Mode.DISABLED : null;
		}

		private static boolean isRequired(Annotated annotated) {
			if (!(annotated instanceof AnnotatedParameter parameter)
					|| !(parameter.getOwner().getAnnotated() instanceof Constructor<?> constructor)
					|| !constructor.getDeclaringClass().isRecord() || OPTIONALS.contains(parameter.getRawType())) {
				return false;
			}
			return !isNullable(constructor, parameter.getIndex());
		}

		private static boolean isNullable(Executable executable, int index) {
			return Stream
				.<AnnotatedElement>of(executable.getAnnotatedParameterTypes()[index], executable.getParameters()[index])
				.flatMap((element) -> Stream.of(element.getAnnotations()))
				.anyMatch((annotation) -> annotation.annotationType().getSimpleName().equals("Nullable"));
		}

	}

	/**
	 * Writes durations as milliseconds.
	 */
	private static final class DurationWriter extends ValueSerializer<Duration> {

		@Override
		public void serialize(Duration value, JsonGenerator generator, SerializationContext context) {
			generator.writeNumber(value.toMillis());
		}

	}

	/**
	 * Reads durations from milliseconds.
	 */
	private static final class DurationReader extends ValueDeserializer<Duration> {

		@Override
		public Duration deserialize(JsonParser parser, DeserializationContext context) {
			if (!parser.hasToken(JsonToken.VALUE_NUMBER_INT)) {
				return (Duration) context.handleUnexpectedToken(Duration.class, parser);
			}
			return Duration.ofMillis(parser.getLongValue());
		}

	}

}
