/**
 * What users test their routes with. {@link dev.edgewise.test.Replay} plays a recorded
 * session again in virtual time, with other policies, and tells which decisions differ:
 *
 * <pre class="code">
 * &#64;SpringBootTest
 * class PolicyTests {
 *
 *     &#64;Test
 *     void aSignOfListeningDoesNotInterrupt(&#64;Autowired RouteTable routes, &#64;Autowired Policies policies) {
 *         Replay.Result result = Replay.of(Path.of("src/test/resources/call-4711.ndjson"))
 *             .with(routes)
 *             .policies(policies)
 *             .run();
 *         assertThat(result.differences()).extracting(Object::toString).containsExactly(...);
 *     }
 *
 * }
 * </pre>
 *
 * A recording is what {@code GET /v1/sessions/{id}/recording} answers. Nothing but tests
 * may know this package; it knows the engine, and is in the library's jar alone.
 */
@NullMarked
package dev.edgewise.test;

import org.jspecify.annotations.NullMarked;
