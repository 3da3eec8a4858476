package dev.edgewise.server;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/**
 * The service: the library plus a main class and a built-in agent.
 */
@SpringBootApplication
@EnableConfigurationProperties(AgentProperties.class)
public class EdgewiseServer {

	public static void main(String[] args) {
		SpringApplication.run(EdgewiseServer.class, args);
	}

}
