package dev.edgewise.examples.fluent;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
class HotlineApplication {

	public static void main(String[] args) {
		SpringApplication.run(HotlineApplication.class, args);
	}

}
