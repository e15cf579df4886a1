package io.jpm.testing;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/// Skips the invocations that [Representatives] does not name, unless the slow group runs.
final class RepresentativesCondition implements ExecutionCondition {
  /// The last segment of the unique id of an invocation, as JUnit Jupiter writes it.
  private static final Pattern INVOCATION =
      Pattern.compile("\\[test-template-invocation:#(\\d+)]$");

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Matcher invocation = INVOCATION.matcher(context.getUniqueId());
    if (TestGroup.isSlow() || !invocation.find()) {
      return ConditionEvaluationResult.enabled("not an invocation of the slow group");
    }
    int number = Integer.parseInt(invocation.group(1));
    boolean isRepresentative =
        context
            .getTestMethod()
            .flatMap(method -> AnnotationSupport.findAnnotation(method, Representatives.class))
            .map(named -> Arrays.stream(named.value()).anyMatch(one -> one == number))
            .orElse(true);
    return isRepresentative
        ? ConditionEvaluationResult.enabled("a representative")
        : ConditionEvaluationResult.disabled("in the slow group: mvn verify -Pslow");
  }
}
