package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Durations;
import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.spec.AppKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Reads the restart policy of an app.
final class RestartRules {
  /// The default of `restart_jitter`. It is large enough to spread the restarts of a hundred apps,
  /// and small enough not to be noticed with a single app.
  private static final double USUAL_JITTER = 0.1;

  private static final int LARGEST_CODE = 255;

  private final AttributeReader attributeReader;
  private final RestartPolicy otherwise;

  RestartRules(AttributeReader attributeReader, RestartPolicy otherwise) {
    this.attributeReader = attributeReader;
    this.otherwise = otherwise;
  }

  /// Reads the restart policy and records all problems.
  ///
  /// @param label the name of the app in warnings
  RestartPolicy read(String label) {
    int maxRestarts =
        attributeReader
            .number(AppKey.MAX_RESTARTS, 0, Integer.MAX_VALUE)
            .orElse(otherwise.maxRestarts());
    return new RestartPolicy(
        when(),
        maxRestarts,
        attributeReader.duration(AppKey.MIN_UPTIME, otherwise.minUptime()),
        backoff(label),
        exitCodes(),
        window(maxRestarts));
  }

  private RestartWindow window(int maxRestarts) {
    return attributeReader.node(AppKey.RESTART_WINDOW).isEmpty()
        ? RestartWindow.forMaxRestarts(maxRestarts)
        : new RestartWindow(
            Math.max(1, maxRestarts),
            attributeReader.duration(AppKey.RESTART_WINDOW, RestartWindow.USUAL_TIME));
  }

  private When when() {
    Optional<When> rule = rule();
    if (attributeReader.node(AppKey.AUTORESTART).isEmpty()) {
      return rule.orElse(otherwise.when());
    }
    boolean again = attributeReader.flag(AppKey.AUTORESTART, true);
    if (rule.isPresent() && (rule.get() == When.NEVER) == again) {
      attributeReader.refuse(
          AppKey.RESTART,
          "\"%s\" contradicts %s: keep one of them"
              .formatted(rule.get().keyword(), attributeReader.reference(AppKey.AUTORESTART)));
    }
    return rule.orElse(again ? When.ALWAYS : When.NEVER);
  }

  private Optional<When> rule() {
    Optional<String> word = attributeReader.text(AppKey.RESTART);
    if (word.isEmpty()) {
      return Optional.empty();
    }
    Optional<When> rule =
        Arrays.stream(When.values()).filter(when -> when.keyword().equals(word.get())).findFirst();
    if (rule.isEmpty()) {
      attributeReader.refuse(
          AppKey.RESTART,
          new ConfigNode.Text(0, word.get()).displayText()
              + " is not a restart rule: use \"always\", \"on-failure\" or \"never\"");
    }
    return rule;
  }

  private Backoff backoff(String label) {
    Duration first = attributeReader.duration(AppKey.EXP_BACKOFF_RESTART_DELAY, Duration.ZERO);
    Duration usualCap = Backoff.Exponential.DEFAULT_CAP;
    Duration cap =
        attributeReader.duration(
            AppKey.MAX_RESTART_DELAY, first.compareTo(usualCap) > 0 ? first : usualCap);
    double jitter = jitter();
    boolean constantGiven = attributeReader.node(AppKey.RESTART_DELAY).isPresent();
    Duration constant = attributeReader.duration(AppKey.RESTART_DELAY, Duration.ZERO);
    if (first.isZero()) {
      warnOfIdle(label, AppKey.MAX_RESTART_DELAY);
      warnOfIdle(label, AppKey.RESTART_JITTER);
      return constantGiven ? new Backoff.Constant(constant) : otherwise.backoff();
    }
    if (!constant.isZero()) {
      attributeReader.warn(
          label,
          "%s is ignored, because %s is set and takes precedence, as in PM2"
              .formatted(
                  attributeReader.displayName(AppKey.RESTART_DELAY),
                  attributeReader.displayName(AppKey.EXP_BACKOFF_RESTART_DELAY)));
    }
    if (cap.compareTo(first) < 0) {
      attributeReader.refuse(
          AppKey.MAX_RESTART_DELAY,
          "%s is shorter than the initial delay, %s: increase it"
              .formatted(
                  Durations.format(cap),
                  attributeReader.reference(AppKey.EXP_BACKOFF_RESTART_DELAY)));
      return otherwise.backoff();
    }
    return new Backoff.Exponential(first, cap, jitter);
  }

  private void warnOfIdle(String label, AppKey key) {
    if (attributeReader.node(key).isPresent()) {
      attributeReader.warn(
          label,
          "%s has no effect without %s"
              .formatted(
                  attributeReader.displayName(key),
                  attributeReader.displayName(AppKey.EXP_BACKOFF_RESTART_DELAY)));
    }
  }

  private double jitter() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.RESTART_JITTER);
    if (node.isEmpty()) {
      return USUAL_JITTER;
    }
    Optional<Double> part =
        ConfigNode.scalarText(node.get())
            .flatMap(ConfigNode::fraction)
            .filter(value -> value >= 0 && value <= 1);
    if (part.isEmpty()) {
      attributeReader.refuse(
          AppKey.RESTART_JITTER,
          node.get().displayText() + " is not a number from 0 to 1, such as 0.1");
    }
    return part.orElse(USUAL_JITTER);
  }

  private Set<Integer> exitCodes() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.STOP_EXIT_CODES);
    if (node.isEmpty()) {
      return otherwise.stopExitCodes();
    }
    Set<Integer> codes = new HashSet<>();
    switch (node.get()) {
      case ConfigNode.Arr list -> {
        for (int i = 0; i < list.items().size(); i++) {
          addCode(list.items().get(i), "[" + i + "]", codes);
        }
      }
      case ConfigNode.Text text -> {
        List<String> words =
            Arrays.stream(text.value().split("[,\\s]+")).filter(word -> !word.isEmpty()).toList();
        if (words.isEmpty()) {
          attributeReader.refuse(AppKey.STOP_EXIT_CODES, "is empty");
        }
        words.forEach(word -> addCode(new ConfigNode.Text(text.line(), word), "", codes));
      }
      case ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _, ConfigNode.Obj _ ->
          addCode(node.get(), "", codes);
    }
    return codes;
  }

  private void addCode(ConfigNode configNode, String tail, Set<Integer> codes) {
    OptionalLong code = AttributeReader.whole(configNode);
    if (code.isEmpty() || code.getAsLong() < 0 || code.getAsLong() > LARGEST_CODE) {
      attributeReader.refusePart(
          AppKey.STOP_EXIT_CODES,
          configNode,
          tail,
          configNode.displayText() + " is not an exit code: use 0 to " + LARGEST_CODE);
    } else {
      codes.add((int) code.getAsLong());
    }
  }
}
