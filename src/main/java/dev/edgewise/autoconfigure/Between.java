package dev.edgewise.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/**
 * Bounds a duration or a size on both sides, inclusively. Hibernate Validator has no
 * constraint for sizes, and those that it has for durations name one end of the range
 * each.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.RECORD_COMPONENT })
@Constraint(validatedBy = { Between.OfDuration.class, Between.OfSize.class })
@interface Between {

	/**
	 * The least, as it would be written in a property.
	 */
	String min();

	/**
	 * The most, as it would be written in a property.
	 */
	String max();

	String message() default "must be between {min} and {max}";

	Class<?>[] groups() default {};

	Class<? extends Payload>[] payload() default {};

	/**
	 * Checks durations.
	 */
	final class OfDuration implements ConstraintValidator<Between, Duration> {

		private Duration min = Duration.ZERO;

		private Duration max = Duration.ZERO;

		@Override
		public void initialize(Between range) {
			this.min = DurationStyle.detectAndParse(range.min());
			this.max = DurationStyle.detectAndParse(range.max());
		}

		@Override
		public boolean isValid(@Nullable Duration value, ConstraintValidatorContext context) {
			return value == null || (value.compareTo(this.min) >= 0 && value.compareTo(this.max) <= 0);
		}

	}

	/**
	 * Checks sizes.
	 */
	final class OfSize implements ConstraintValidator<Between, DataSize> {

		private DataSize min = DataSize.ofBytes(0);

		private DataSize max = DataSize.ofBytes(0);

		@Override
		public void initialize(Between range) {
			this.min = DataSize.parse(range.min());
			this.max = DataSize.parse(range.max());
		}

		@Override
		public boolean isValid(@Nullable DataSize value, ConstraintValidatorContext context) {
			return value == null || (value.compareTo(this.min) >= 0 && value.compareTo(this.max) <= 0);
		}

	}

}
