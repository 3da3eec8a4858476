package dev.edgewise.server;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.web.reactive.ReactiveOAuth2ResourceServerWebSecurityAutoConfiguration;

/**
 * The service: the library plus a main class and a built-in agent.
 */
@SpringBootApplication(exclude = { ReactiveUserDetailsServiceAutoConfiguration.class,
		ReactiveWebSecurityAutoConfiguration.class, ReactiveManagementWebSecurityAutoConfiguration.class,
		ReactiveOAuth2ResourceServerWebSecurityAutoConfiguration.class })
@EnableConfigurationProperties({ AgentProperties.class, ConnectionProperties.class, ConsoleProperties.class })
public class EdgewiseServer {

	public static void main(String[] args) {
		SpringApplication.run(EdgewiseServer.class, args);
	}

}
