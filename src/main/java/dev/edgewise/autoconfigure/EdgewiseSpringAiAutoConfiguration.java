package dev.edgewise.autoconfigure;

import dev.edgewise.model.SpringAi;
import dev.edgewise.route.ItemAdapter;
import org.springframework.ai.chat.client.ChatClient;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * {@linkplain AutoConfiguration Auto-configuration} that lets routes return what Spring
 * AI's {@code ChatClient} streams, in an application that has it.
 */
@AutoConfiguration(before = EdgewiseRouteAutoConfiguration.class)
@ConditionalOnClass(ChatClient.class)
public final class EdgewiseSpringAiAutoConfiguration {

	@Bean
	ItemAdapter edgewiseSpringAiItems() {
		return SpringAi.itemAdapter();
	}

}
