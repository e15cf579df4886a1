package io.jpm.config;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Reads when an ended app is started again.
final class RestartRules {
  /// So much of a growing wait is left to chance unless said otherwise: enough to spread a hundred
  /// apps, too little to notice with one.
  private static final double USUAL_JITTER = 0.1;

  private static final int LARGEST_CODE = 255;

  private final Attributes attributes;
  private final RestartPolicy otherwise;

  RestartRules(Attributes attributes, RestartPolicy otherwise) {
    this.attributes = attributes;
    this.otherwise = otherwise;
  }

  /// @param label how warnings call the app
  RestartPolicy read(String label) {
    int maxRestarts =
        attributes
            .number(AppKey.MAX_RESTARTS, 0, Integer.MAX_VALUE)
            .orElse(otherwise.maxRestarts());
    return new RestartPolicy(
        when(),
        maxRestarts,
        attributes.duration(AppKey.MIN_UPTIME, otherwise.minUptime()),
        backoff(label),
        exitCodes(),
        window(maxRestarts));
  }

  private RestartWindow window(int maxRestarts) {
    return attributes.node(AppKey.RESTART_WINDOW).isEmpty()
        ? RestartWindow.beside(maxRestarts)
        : new RestartWindow(
            Math.max(1, maxRestarts),
            attributes.duration(AppKey.RESTART_WINDOW, RestartWindow.USUAL_TIME));
  }

  private When when() {
    Optional<When> rule = rule();
    if (attributes.node(AppKey.AUTORESTART).isEmpty()) {
      return rule.orElse(otherwise.when());
    }
    boolean again = attributes.flag(AppKey.AUTORESTART, true);
    if (rule.isPresent() && (rule.get() == When.NEVER) == again) {
      attributes.refuse(
          AppKey.RESTART,
          "\"%s\" contradicts %s: keep one of them"
              .formatted(rule.get().word(), attributes.reference(AppKey.AUTORESTART)));
    }
    return rule.orElse(again ? When.ALWAYS : When.NEVER);
  }

  private Optional<When> rule() {
    Optional<String> word = attributes.text(AppKey.RESTART);
    if (word.isEmpty()) {
      return Optional.empty();
    }
    Optional<When> rule =
        Arrays.stream(When.values()).filter(when -> when.word().equals(word.get())).findFirst();
    if (rule.isEmpty()) {
      attributes.refuse(
          AppKey.RESTART,
          new Node.Text(0, word.get()).shown()
              + " is no rule: use \"always\", \"on-failure\" or \"never\"");
    }
    return rule;
  }

  private Backoff backoff(String label) {
    Duration first = attributes.duration(AppKey.EXP_BACKOFF_RESTART_DELAY, Duration.ZERO);
    Duration usualCap = Backoff.Exponential.DEFAULT_CAP;
    Duration cap =
        attributes.duration(
            AppKey.MAX_RESTART_DELAY, first.compareTo(usualCap) > 0 ? first : usualCap);
    double jitter = jitter();
    boolean constantGiven = attributes.node(AppKey.RESTART_DELAY).isPresent();
    Duration constant = attributes.duration(AppKey.RESTART_DELAY, Duration.ZERO);
    if (first.isZero()) {
      warnOfIdle(label, AppKey.MAX_RESTART_DELAY);
      warnOfIdle(label, AppKey.RESTART_JITTER);
      return constantGiven ? new Backoff.Constant(constant) : otherwise.backoff();
    }
    if (!constant.isZero()) {
      attributes.warn(
          label,
          "%s is not used: %s is given, and wins as in PM2"
              .formatted(
                  attributes.shown(AppKey.RESTART_DELAY),
                  attributes.shown(AppKey.EXP_BACKOFF_RESTART_DELAY)));
    }
    if (cap.compareTo(first) < 0) {
      attributes.refuse(
          AppKey.MAX_RESTART_DELAY,
          "%s is shorter than the first wait, %s"
              .formatted(
                  Durations.format(cap), attributes.reference(AppKey.EXP_BACKOFF_RESTART_DELAY)));
      return otherwise.backoff();
    }
    return new Backoff.Exponential(first, cap, jitter);
  }

  private void warnOfIdle(String label, AppKey key) {
    if (attributes.node(key).isPresent()) {
      attributes.warn(
          label,
          "%s does nothing without %s"
              .formatted(
                  attributes.shown(key), attributes.shown(AppKey.EXP_BACKOFF_RESTART_DELAY)));
    }
  }

  private double jitter() {
    Optional<Node> node = attributes.node(AppKey.RESTART_JITTER);
    if (node.isEmpty()) {
      return USUAL_JITTER;
    }
    Optional<Double> part =
        Node.scalarText(node.get())
            .flatMap(Node::fraction)
            .filter(value -> value >= 0 && value <= 1);
    if (part.isEmpty()) {
      attributes.refuse(
          AppKey.RESTART_JITTER, node.get().shown() + " is no number from 0 to 1, such as 0.1");
    }
    return part.orElse(USUAL_JITTER);
  }

  private Set<Integer> exitCodes() {
    Optional<Node> node = attributes.node(AppKey.STOP_EXIT_CODES);
    if (node.isEmpty()) {
      return otherwise.stopExitCodes();
    }
    Set<Integer> codes = new HashSet<>();
    switch (node.get()) {
      case Node.Arr list -> {
        for (int i = 0; i < list.items().size(); i++) {
          addCode(list.items().get(i), "[" + i + "]", codes);
        }
      }
      case Node.Text text -> {
        List<String> words =
            Arrays.stream(text.value().split("[,\\s]+")).filter(word -> !word.isEmpty()).toList();
        if (words.isEmpty()) {
          attributes.refuse(AppKey.STOP_EXIT_CODES, "is empty");
        }
        words.forEach(word -> addCode(new Node.Text(text.line(), word), "", codes));
      }
      case Node.Num _, Node.Bool _, Node.Nil _, Node.Obj _ -> addCode(node.get(), "", codes);
    }
    return codes;
  }

  private void addCode(Node node, String tail, Set<Integer> codes) {
    OptionalLong code = Attributes.whole(node);
    if (code.isEmpty() || code.getAsLong() < 0 || code.getAsLong() > LARGEST_CODE) {
      attributes.refusePart(
          AppKey.STOP_EXIT_CODES,
          node,
          tail,
          node.shown() + " is no exit code: use 0 to " + LARGEST_CODE);
    } else {
      codes.add((int) code.getAsLong());
    }
  }
}
