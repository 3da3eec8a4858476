package dev.edgewise.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.function.Function;

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
public @interface Between {

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
	 * Checks values of a type that has an order and a notation.
	 *
	 * @param <T> the type
	 */
	abstract class Of<T extends Comparable<T>> implements ConstraintValidator<Between, T> {

		private final Function<String, T> notation;

		private @Nullable T min;

		private @Nullable T max;

		Of(Function<String, T> notation) {
			this.notation = notation;
		}

		@Override
		public void initialize(Between range) {
			this.min = this.notation.apply(range.min());
			this.max = this.notation.apply(range.max());
		}

		@Override
		public boolean isValid(@Nullable T value, ConstraintValidatorContext context) {
			return value == null || this.min == null || this.max == null
					|| (value.compareTo(this.min) >= 0 && value.compareTo(this.max) <= 0);
		}

	}

	/**
	 * Checks durations.
	 */
	final class OfDuration extends Of<Duration> {

		OfDuration() {
			super(DurationStyle::detectAndParse);
		}

	}

	/**
	 * Checks sizes.
	 */
	final class OfSize extends Of<DataSize> {

		OfSize() {
			super(DataSize::parse);
		}

	}

}
