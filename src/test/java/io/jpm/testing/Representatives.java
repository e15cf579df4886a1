package io.jpm.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// The invocations of a parameterized test that belong to the default group. All others belong to
/// the slow group and are reported as skipped without it.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RepresentativesCondition.class)
public @interface Representatives {
  /// The numbers of the invocations, starting at 1, in the order of the arguments' source.
  int[] value();
}
