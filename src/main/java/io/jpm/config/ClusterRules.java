package io.jpm.config;

import io.jpm.config.ReferredRules.PortInFiles;
import io.jpm.model.Balance;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import io.jpm.model.EffectiveProgram;
import io.jpm.model.ListenAddress;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Strategy;
import io.jpm.model.Variables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Reads how the instances of an app share what they listen on: whether it is in cluster mode, and
/// what its owner says about the way.
final class ClusterRules {
  /// How long a program in cluster mode may take to get ready, where its owner does not say. PM2's
  /// 3 s are a guess after which all goes on; here it is a failure, so there must be time for a
  /// JVM.
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Pattern EXEC_MODE = Pattern.compile("(?:cluster|fork)(?:_mode)?");
  private static final List<String> BALANCES =
      Arrays.stream(Balance.values()).map(Balance::word).toList();
  private static final List<String> STRATEGIES =
      Arrays.stream(Strategy.values()).map(Strategy::word).toList();
  private static final int LAST_PORT = 65_535;

  private final Attributes attributes;
  private final String label;

  /// What the program is and gets.
  private record App(
      Optional<Command> command, Variables variables, OptionalInt port, PortInFiles inFiles) {
    boolean is(Predicate<EffectiveProgram> kind) {
      return program().filter(kind).isPresent();
    }

    Optional<EffectiveProgram> program() {
      return command.map(EffectiveProgram::of);
    }

    boolean hasPort() {
      OptionalLong declared =
          Optional.ofNullable(variables.declared().get(AppEnvironment.PORT))
              .map(Node::wholeNumber)
              .orElseGet(OptionalLong::empty);
      boolean inFile =
          inFiles == PortInFiles.NAMED && !variables.declared().containsKey(AppEnvironment.PORT);
      return port.isPresent()
          || inFile
          || declared.stream().anyMatch(number -> number >= 1 && number <= LAST_PORT);
    }
  }

  /// @param label how warnings call the app
  ClusterRules(Attributes attributes, String label) {
    this.attributes = attributes;
    this.label = label;
  }

  /// @param command what is run; empty where that is not known, which is a problem already
  /// @param variables what the app gets
  /// @param port the value of `port`
  /// @param inFiles whether the files of variables name one
  Cluster read(
      Optional<Command> command, Variables variables, OptionalInt port, PortInFiles inFiles) {
    var app = new App(command, variables, port, inFiles);
    Balance balance =
        word(AppKey.BALANCE, Balance::ofWord, BALANCES, "way to share a port").orElse(Balance.AUTO);
    Optional<Strategy> strategy = word(AppKey.STRATEGY, Strategy::ofWord, STRATEGIES, "strategy");
    List<ListenAddress> listen = new ListenAddresses(attributes).read();
    Duration drain = attributes.duration(AppKey.DRAIN_TIMEOUT, Cluster.DEFAULT_DRAIN);
    ProxyProtocol header = proxyProtocol();
    boolean enabled = enabled(app, balance);
    Balance way = balance == Balance.AUTO ? implied(app) : balance;
    if (enabled) {
      strategy.ifPresent(chosen -> checkStrategy(chosen, way));
      checkWay(balance, app);
    }
    if (!enabled) {
      warnOfForkMode(app);
    }
    warnOfIdle(enabled, way, header != ProxyProtocol.NONE);
    return new Cluster(enabled, balance, strategy, port, listen, drain, header);
  }

  /// What `auto` comes to, as far as the description tells; [Balance#AUTO] where it does not.
  private Balance implied(App app) {
    if (is(AppKey.LISTEN)) {
      return Balance.LISTEN_FDS;
    }
    if (app.is(EffectiveProgram::isNode)) {
      return Balance.NODE;
    }
    if (app.is(EffectiveProgram::isJava)) {
      return Balance.JVM;
    }
    return app.command().isPresent() && app.hasPort() ? Balance.PROXY : Balance.AUTO;
  }

  /// PM2's rule, where `instances` makes a cluster of a Node app, extended to what can be balanced
  /// here, and to whoever asks for balancing.
  private boolean enabled(App app, Balance balance) {
    Optional<String> mode = attributes.text(AppKey.EXEC_MODE);
    if (mode.isPresent() && !EXEC_MODE.matcher(mode.get()).matches()) {
      attributes.refuse(
          AppKey.EXEC_MODE, new Node.Text(0, mode.get()).shown() + " is neither fork nor cluster");
    }
    if (attributes.flag(AppKey.EXECUTE_COMMAND, false)) {
      return false;
    }
    if (mode.isPresent()) {
      return mode.get().startsWith("cluster");
    }
    boolean asked = is(AppKey.BALANCE) && balance != Balance.OFF;
    boolean severalOfOne =
        is(AppKey.INSTANCES)
            && (app.is(EffectiveProgram::isAnyNode)
                || app.is(EffectiveProgram::isJava)
                || (is(AppKey.PORT) && !portCounts()));
    return asked || is(AppKey.LISTEN) || severalOfOne;
  }

  /// Whether each instance is to have a port of its own.
  private boolean portCounts() {
    return attributes
        .node(AppKey.INCREMENT_VAR)
        .flatMap(Node::scalarText)
        .filter(AppEnvironment.PORT::equals)
        .isPresent();
  }

  private void checkStrategy(Strategy strategy, Balance way) {
    List<Strategy> suited =
        switch (way) {
          case AUTO, OFF -> List.of(Strategy.values());
          case NODE -> List.of(Strategy.KERNEL, Strategy.ROUND_ROBIN);
          case JVM, LISTEN_FDS -> List.of(Strategy.KERNEL);
          case PROXY -> List.of(Strategy.ROUND_ROBIN, Strategy.LEAST_CONN, Strategy.IP_HASH);
        };
    if (!suited.contains(strategy)) {
      attributes.refuse(
          AppKey.STRATEGY,
          "\"%s\" does not go with %s \"%s\"%s: use %s"
              .formatted(
                  strategy.word(),
                  shown(AppKey.BALANCE),
                  way.word(),
                  is(AppKey.BALANCE) || is(AppKey.LISTEN) ? "" : ", which this app has by itself",
                  oneOf(suited.stream().map(Strategy::word).toList())));
    }
  }

  /// What a way needs that was asked for by its name.
  private void checkWay(Balance balance, App app) {
    switch (balance) {
      case NODE -> checkProgram(balance, app, "node", EffectiveProgram::isAnyNode);
      case JVM -> checkProgram(balance, app, "java", EffectiveProgram::isJava);
      case LISTEN_FDS -> {
        if (!is(AppKey.LISTEN)) {
          refuseWay(balance, "sockets to hand over: name them with " + shown(AppKey.LISTEN));
        }
      }
      case PROXY -> {
        if (!app.hasPort()) {
          portIsMissing(app);
        }
      }
      case AUTO, OFF -> {}
    }
  }

  private void portIsMissing(App app) {
    boolean unknown =
        app.inFiles() == PortInFiles.UNKNOWN
            && !app.variables().declared().containsKey(AppEnvironment.PORT);
    if (unknown) {
      attributes.warn(
          label,
          "%s \"proxy\" does nothing until an env_file that is absent now names PORT: name the port with %s"
              .formatted(shown(AppKey.BALANCE), shown(AppKey.PORT)));
    } else {
      refuseWay(
          Balance.PROXY, "the port that clients connect to: name it with " + shown(AppKey.PORT));
    }
  }

  private void checkProgram(
      Balance balance, App app, String wanted, Predicate<EffectiveProgram> kind) {
    if (app.command().isPresent() && !app.is(kind)) {
      refuseWay(
          balance,
          "%s as the program, and that is %s%s: name it with %s, or use \"%s\" and %s"
              .formatted(
                  wanted,
                  app.command().get().program(),
                  app.program()
                      .flatMap(EffectiveProgram::doubt)
                      .map(it -> " (" + it + ")")
                      .orElse(""),
                  shown(AppKey.INTERPRETER),
                  Balance.PROXY.word(),
                  shown(AppKey.PORT)));
    }
  }

  private void refuseWay(Balance balance, String needed) {
    attributes.refuse(AppKey.BALANCE, "\"%s\" needs %s".formatted(balance.word(), needed));
  }

  /// Several instances of a server look like a cluster to whoever asks for them.
  private void warnOfForkMode(App app) {
    boolean several =
        attributes
            .node(AppKey.INSTANCES)
            .flatMap(Node::scalarText)
            .filter(text -> !text.equals("1"))
            .isPresent();
    boolean unsaid = !is(AppKey.EXEC_MODE) && !is(AppKey.EXECUTE_COMMAND) && !portCounts();
    if (several && unsaid) {
      app.program()
          .flatMap(EffectiveProgram::doubt)
          .ifPresent(why ->
              attributes.warn(
                  label,
                  "fork mode, in which instances share no port: %s; for cluster mode name the port with %s, or run the server alone"
                      .formatted(why, shown(AppKey.PORT))));
    }
  }

  /// Nothing of it is wrong, but whoever wrote it expects something.
  private void warnOfIdle(boolean enabled, Balance way, boolean header) {
    List<AppKey> idle = new ArrayList<>();
    if (!enabled && way != Balance.OFF) {
      idle.add(AppKey.BALANCE);
    }
    if (!enabled || way == Balance.OFF) {
      idle.add(AppKey.STRATEGY);
    }
    if (!enabled || (way != Balance.LISTEN_FDS && way != Balance.AUTO)) {
      idle.add(AppKey.LISTEN);
    }
    boolean drains =
        enabled
            ? way != Balance.LISTEN_FDS && way != Balance.OFF
            : way != Balance.OFF || !is(AppKey.BALANCE);
    if (!drains) {
      idle.add(AppKey.DRAIN_TIMEOUT);
    }
    if (header && (!enabled || way != Balance.PROXY)) {
      idle.add(AppKey.PROXY_PROTOCOL);
    }
    List<String> given = idle.stream().filter(this::is).map(this::shown).toList();
    if (!given.isEmpty()) {
      attributes.warn(
          label,
          "%s %s nothing %s"
              .formatted(
                  String.join(", ", given),
                  given.size() == 1 ? "does" : "do",
                  enabled
                      ? "with %s %s".formatted(shown(AppKey.BALANCE), way.word())
                      : "in fork mode"));
    }
  }

  private ProxyProtocol proxyProtocol() {
    Optional<Node> node = attributes.node(AppKey.PROXY_PROTOCOL);
    if (node.isEmpty()) {
      return ProxyProtocol.NONE;
    }
    String text = Node.scalarText(node.get()).orElse("");
    return switch (text) {
      case "off", "false" -> ProxyProtocol.NONE;
      case "v1" -> ProxyProtocol.V1;
      case "v2", "true" -> ProxyProtocol.V2;
      default -> {
        attributes.refuse(
            AppKey.PROXY_PROTOCOL,
            node.get().shown()
                + " is no version of the PROXY protocol: use \"v1\", \"v2\" or \"off\"");
        yield ProxyProtocol.NONE;
      }
    };
  }

  /// A word of a closed set.
  ///
  /// @param what what the words are
  private <T> Optional<T> word(
      AppKey key, Function<String, Optional<T>> known, List<String> words, String what) {
    Optional<String> text = attributes.text(key);
    Optional<T> value = text.flatMap(known);
    if (text.isPresent() && value.isEmpty()) {
      attributes.refuse(
          key,
          "%s is no %s: use %s"
              .formatted(new Node.Text(0, text.get()).shown(), what, oneOf(words)));
    }
    return value;
  }

  private static String oneOf(List<String> words) {
    List<String> quoted = words.stream().map(word -> "\"" + word + "\"").toList();
    int last = quoted.size() - 1;
    return last == 0
        ? quoted.getFirst()
        : String.join(", ", quoted.subList(0, last)) + " or " + quoted.getLast();
  }

  private boolean is(AppKey key) {
    return attributes.node(key).isPresent();
  }

  private String shown(AppKey key) {
    return attributes.shown(key);
  }
}
