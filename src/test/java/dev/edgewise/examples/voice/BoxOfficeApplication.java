package dev.edgewise.examples.voice;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
class BoxOfficeApplication {

	public static void main(String[] args) {
		SpringApplication.run(BoxOfficeApplication.class, args);
	}

}
