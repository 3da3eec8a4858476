package dev.edgewise.http;

import java.time.Duration;
import java.util.List;

import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Phrases;
import dev.edgewise.interruption.Policies;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The policies of the test applications: {@code immediate}, and {@code two-words}, by
 * which one word does not interrupt.
 */
@Configuration(proxyBeanMethods = false)
class PoliciesOfTests {

	@Bean
	Policies policies() {
		return new Policies(List.of(new InterruptionPolicy("two-words", 2, Duration.ZERO, 0, Phrases.NONE, Phrases.NONE,
				Duration.ZERO, Duration.ZERO, 0, 0, Duration.ofSeconds(10), Duration.ofSeconds(30),
				Duration.ofSeconds(30), WhileProtected.KEEP, 0, Duration.ZERO)));
	}

}
