package io.jpm.testing;

import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/// Skips tests and classes whose [Needs] are not met.
final class NeedsCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    List<Need> missing =
        AnnotationSupport.findAnnotation(context.getElement(), Needs.class)
            .map(needs -> Need.missing(needs.value()))
            .orElse(List.of());
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("nothing is missing");
    }
    return ConditionEvaluationResult.disabled(Need.refusal(missing, tests(context)));
  }

  /// Returns the test itself, or all tests of the class.
  private static List<String> tests(ExtensionContext context) {
    Class<?> type = context.getRequiredTestClass();
    if (context.getTestMethod().isPresent()) {
      return List.of(Need.test(type.getName(), context.getRequiredTestMethod().getName()));
    }
    HierarchyTraversalMode order = HierarchyTraversalMode.TOP_DOWN;
    return AnnotationSupport.findAnnotatedMethods(type, Testable.class, order).stream()
        .map(method -> Need.test(type.getName(), method.getName()))
        .toList();
  }
}
