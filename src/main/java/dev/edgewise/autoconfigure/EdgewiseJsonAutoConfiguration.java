package dev.edgewise.autoconfigure;

import dev.edgewise.session.FrameEncoder;
import dev.edgewise.web.FrameJson;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the form that frames have on the wire, in any application with
 * Jackson.
 */
@AutoConfiguration(after = JacksonAutoConfiguration.class)
@ConditionalOnClass(JsonMapper.class)
public final class EdgewiseJsonAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	FrameEncoder edgewiseFrameEncoder(ObjectProvider<JsonMapper> mapper) {
		return new FrameJson(mapper.getIfUnique());
	}

}
