package dev.edgewise.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties of the HTTP edge.
 *
 * @param enabled whether there is an HTTP edge
 * @param basePath what every path of the edge begins with
 */
@ConfigurationProperties("edgewise.web")
record EdgewiseWebProperties(@DefaultValue("true") boolean enabled, @DefaultValue("/v1") String basePath) {
}
