package dev.edgewise.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A value of a property that nobody may see: not in a log, not in the report of a failed
 * start, not in an endpoint.
 */
final class Secret {

	private final String value;

	/**
	 * Wraps a value. Public, as Spring's conversion looks for.
	 */
	public Secret(String value) {
		this.value = value.strip();
	}

	/**
	 * The value, for whom it is meant.
	 */
	String reveal() {
		return this.value;
	}

	boolean isEmpty() {
		return this.value.isEmpty();
	}

	@Override
	public String toString() {
		return "******";
	}

	/**
	 * Has only what a header may have.
	 */
	@Documented
	@Retention(RetentionPolicy.RUNTIME)
	@Target({ ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.RECORD_COMPONENT })
	@Constraint(validatedBy = OfHeader.class)
	@interface Header {

		String message() default "must have only visible ASCII characters";

		Class<?>[] groups() default {};

		Class<? extends Payload>[] payload() default {};

	}

	/**
	 * Checks secrets that go into headers.
	 */
	public static final class OfHeader implements ConstraintValidator<Header, Secret> {

		@Override
		public boolean isValid(@Nullable Secret secret, ConstraintValidatorContext context) {
			return secret == null || secret.value.chars().allMatch((c) -> c > ' ' && c < 0x7f);
		}

	}

}
