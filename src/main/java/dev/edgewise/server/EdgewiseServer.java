package dev.edgewise.server;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The service: the library plus a main class and a built-in agent.
 */
@SpringBootApplication
public class EdgewiseServer {

	public static void main(String[] args) {
		SpringApplication.run(EdgewiseServer.class, args);
	}

}
