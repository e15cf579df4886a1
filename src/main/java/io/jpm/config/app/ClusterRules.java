package io.jpm.config.app;

import io.jpm.config.app.VariableSourcesReader.PortInFiles;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.model.AppCommand;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EffectiveProgram;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.ListenAddress;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Strategy;
import io.jpm.spec.AppKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Reads the cluster settings of an app: whether it runs in cluster mode, and how its instances
/// share a port.
final class ClusterRules {
  /// The default time within which a program in cluster mode must become ready. In PM2, a program
  /// counts as ready after 3 s. In jpm, a timeout is a failure, so the default must be long enough
  /// for a JVM.
  static final Duration READY_TIMEOUT = Duration.ofSeconds(30);

  private static final Pattern EXEC_MODE = Pattern.compile("(?:cluster|fork)(?:_mode)?");
  private static final List<String> BALANCES =
      Arrays.stream(BalancingMode.values()).map(BalancingMode::keyword).toList();
  private static final List<String> STRATEGIES =
      Arrays.stream(Strategy.values()).map(Strategy::keyword).toList();
  private static final int LAST_PORT = 65_535;

  private final AttributeReader attributeReader;
  private final String label;

  /// The properties of the app that determine its balancing mode.
  private record App(
      Optional<AppCommand> command,
      EnvironmentVariables variables,
      OptionalInt port,
      PortInFiles inFiles) {
    boolean is(Predicate<EffectiveProgram> kind) {
      return program().filter(kind).isPresent();
    }

    Optional<EffectiveProgram> program() {
      return command.map(EffectiveProgram::of);
    }

    boolean hasPort() {
      OptionalLong declared =
          Optional.ofNullable(variables.declared().get(AppEnvironment.PORT))
              .map(ConfigNode::wholeNumber)
              .orElseGet(OptionalLong::empty);
      boolean inFile =
          inFiles == PortInFiles.NAMED && !variables.declared().containsKey(AppEnvironment.PORT);
      return port.isPresent()
          || inFile
          || declared.stream().anyMatch(number -> number >= 1 && number <= LAST_PORT);
    }
  }

  /// @param label the name of the app in warnings
  ClusterRules(AttributeReader attributeReader, String label) {
    this.attributeReader = attributeReader;
    this.label = label;
  }

  /// Reads the cluster settings and records all problems.
  ///
  /// @param command the command to run; empty if it is unknown, which has already been reported
  /// @param environmentVariables the variables of the app
  /// @param port the value of `port`
  /// @param inFiles whether the app's `env_file` sets a port
  ClusterSettings read(
      Optional<AppCommand> command,
      EnvironmentVariables environmentVariables,
      OptionalInt port,
      PortInFiles inFiles) {
    var app = new App(command, environmentVariables, port, inFiles);
    BalancingMode wanted =
        attributeReader
            .word(AppKey.BALANCE, BalancingMode::ofKeyword, BALANCES, "a balancing mode")
            .orElse(BalancingMode.AUTO);
    Optional<Strategy> strategy =
        attributeReader.word(AppKey.STRATEGY, Strategy::ofKeyword, STRATEGIES, "a strategy");
    List<ListenAddress> listen = new ListenAddresses(attributeReader).read();
    Duration drain = attributeReader.duration(AppKey.DRAIN_TIMEOUT, ClusterSettings.DEFAULT_DRAIN);
    ProxyProtocol header = proxyProtocol();
    boolean enabled = enabled(app, wanted);
    BalancingMode mode = wanted == BalancingMode.AUTO ? implied(app) : wanted;
    if (enabled) {
      strategy.ifPresent(chosen -> checkStrategy(chosen, mode));
      checkMode(wanted, app);
    }
    if (!enabled) {
      warnOfForkMode(app);
    }
    warnOfIdle(enabled, mode, header != ProxyProtocol.NONE);
    return new ClusterSettings(enabled, wanted, strategy, port, listen, drain, header);
  }

  /// Returns the mode that `auto` will select; [BalancingMode#AUTO] if the attributes do not
  /// determine it.
  private BalancingMode implied(App app) {
    if (is(AppKey.LISTEN)) {
      return BalancingMode.LISTEN_FDS;
    }
    if (app.is(EffectiveProgram::isNode)) {
      return BalancingMode.NODE;
    }
    if (app.is(EffectiveProgram::isJava)) {
      return BalancingMode.JVM;
    }
    return app.command().isPresent() && app.hasPort() ? BalancingMode.PROXY : BalancingMode.AUTO;
  }

  /// Reports whether the app runs in cluster mode. As in PM2, this is the default for a Node app
  /// with `instances`. In jpm, it is also the default for other programs that can be balanced, and
  /// for apps that set `balance` or `listen`.
  private boolean enabled(App app, BalancingMode mode) {
    Optional<String> execMode = attributeReader.text(AppKey.EXEC_MODE);
    if (execMode.isPresent() && !EXEC_MODE.matcher(execMode.get()).matches()) {
      attributeReader.refuse(
          AppKey.EXEC_MODE,
          new ConfigNode.Text(0, execMode.get()).displayText() + " is neither fork nor cluster");
    }
    if (attributeReader.flag(AppKey.EXECUTE_COMMAND, false)) {
      return false;
    }
    if (execMode.isPresent()) {
      return execMode.get().startsWith("cluster");
    }
    boolean asked = is(AppKey.BALANCE) && mode != BalancingMode.OFF;
    boolean severalOfOne =
        is(AppKey.INSTANCES)
            && (app.is(EffectiveProgram::runsNode)
                || app.is(EffectiveProgram::isJava)
                || (is(AppKey.PORT) && !portCounts()));
    return asked || is(AppKey.LISTEN) || severalOfOne;
  }

  /// Reports whether each instance has its own port, because `increment_var` is `PORT`.
  private boolean portCounts() {
    return attributeReader
        .node(AppKey.INCREMENT_VAR)
        .flatMap(ConfigNode::scalarText)
        .filter(AppEnvironment.PORT::equals)
        .isPresent();
  }

  private void checkStrategy(Strategy strategy, BalancingMode mode) {
    List<Strategy> suited =
        switch (mode) {
          case AUTO, OFF -> List.of(Strategy.values());
          case NODE -> List.of(Strategy.KERNEL, Strategy.ROUND_ROBIN);
          case JVM, LISTEN_FDS -> List.of(Strategy.KERNEL);
          case PROXY -> List.of(Strategy.ROUND_ROBIN, Strategy.LEAST_CONN, Strategy.IP_HASH);
        };
    if (!suited.contains(strategy)) {
      attributeReader.refuse(
          AppKey.STRATEGY,
          "\"%s\" cannot be combined with %s \"%s\"%s: use %s"
              .formatted(
                  strategy.keyword(),
                  shown(AppKey.BALANCE),
                  mode.keyword(),
                  is(AppKey.BALANCE) || is(AppKey.LISTEN) ? "" : ", the default for this app",
                  AttributeReader.oneOf(suited.stream().map(Strategy::keyword).toList())));
    }
  }

  /// Checks the requirements of a mode that the app sets explicitly.
  private void checkMode(BalancingMode mode, App app) {
    switch (mode) {
      case NODE -> checkProgram(mode, app, "node", EffectiveProgram::runsNode);
      case JVM -> checkProgram(mode, app, "java", EffectiveProgram::isJava);
      case LISTEN_FDS -> {
        if (!is(AppKey.LISTEN)) {
          refuseMode(mode, "sockets to pass to the app: list them in " + shown(AppKey.LISTEN));
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
      attributeReader.warn(
          label,
          "%s \"proxy\" has no effect, because the env_file that may set PORT does not exist: create it, or set the port with %s"
              .formatted(shown(AppKey.BALANCE), shown(AppKey.PORT)));
    } else {
      refuseMode(
          BalancingMode.PROXY,
          "the port that clients connect to: set it with " + shown(AppKey.PORT));
    }
  }

  private void checkProgram(
      BalancingMode mode, App app, String wanted, Predicate<EffectiveProgram> kind) {
    if (app.command().isPresent() && !app.is(kind)) {
      refuseMode(
          mode,
          "%1$s as the program, but the program is %2$s%3$s: set %4$s to %1$s, or use \"%5$s\" and set %6$s"
              .formatted(
                  wanted,
                  app.command().get().program(),
                  app.program()
                      .flatMap(EffectiveProgram::ambiguityMessage)
                      .map(it -> " (" + it + ")")
                      .orElse(""),
                  shown(AppKey.INTERPRETER),
                  BalancingMode.PROXY.keyword(),
                  shown(AppKey.PORT)));
    }
  }

  private void refuseMode(BalancingMode mode, String needed) {
    attributeReader.refuse(AppKey.BALANCE, "\"%s\" requires %s".formatted(mode.keyword(), needed));
  }

  /// Warns if a server has several instances in fork mode, because the user probably expects them
  /// to share the port.
  private void warnOfForkMode(App app) {
    boolean several =
        attributeReader
            .node(AppKey.INSTANCES)
            .flatMap(ConfigNode::scalarText)
            .filter(text -> !text.equals("1"))
            .isPresent();
    boolean unsaid = !is(AppKey.EXEC_MODE) && !is(AppKey.EXECUTE_COMMAND) && !portCounts();
    if (several && unsaid) {
      app.program()
          .flatMap(EffectiveProgram::ambiguityMessage)
          .ifPresent(why ->
              attributeReader.warn(
                  label,
                  "runs in fork mode, where instances do not share a port, because %s: for cluster mode, set the port with %s or run only the server"
                      .formatted(why, shown(AppKey.PORT))));
    }
  }

  /// Warns about valid attributes that have no effect in the selected mode.
  private void warnOfIdle(boolean enabled, BalancingMode mode, boolean header) {
    List<AppKey> idle = new ArrayList<>();
    if (!enabled && mode != BalancingMode.OFF) {
      idle.add(AppKey.BALANCE);
    }
    if (!enabled || mode == BalancingMode.OFF) {
      idle.add(AppKey.STRATEGY);
    }
    if (!enabled || (mode != BalancingMode.LISTEN_FDS && mode != BalancingMode.AUTO)) {
      idle.add(AppKey.LISTEN);
    }
    boolean drains =
        enabled
            ? mode != BalancingMode.LISTEN_FDS && mode != BalancingMode.OFF
            : mode != BalancingMode.OFF || !is(AppKey.BALANCE);
    if (!drains) {
      idle.add(AppKey.DRAIN_TIMEOUT);
    }
    if (header && (!enabled || mode != BalancingMode.PROXY)) {
      idle.add(AppKey.PROXY_PROTOCOL);
    }
    List<String> given = idle.stream().filter(this::is).map(this::shown).toList();
    if (!given.isEmpty()) {
      attributeReader.warn(
          label,
          "%s %s no effect %s"
              .formatted(
                  String.join(", ", given),
                  given.size() == 1 ? "has" : "have",
                  enabled
                      ? "with %s %s".formatted(shown(AppKey.BALANCE), mode.keyword())
                      : "in fork mode"));
    }
  }

  private ProxyProtocol proxyProtocol() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.PROXY_PROTOCOL);
    if (node.isEmpty()) {
      return ProxyProtocol.NONE;
    }
    String text = ConfigNode.scalarText(node.get()).orElse("");
    return switch (text) {
      case "off", "false" -> ProxyProtocol.NONE;
      case "v1" -> ProxyProtocol.V1;
      case "v2", "true" -> ProxyProtocol.V2;
      default -> {
        attributeReader.refuse(
            AppKey.PROXY_PROTOCOL,
            node.get().displayText()
                + " is not a version of the PROXY protocol: use \"v1\", \"v2\" or \"off\"");
        yield ProxyProtocol.NONE;
      }
    };
  }

  private boolean is(AppKey key) {
    return attributeReader.node(key).isPresent();
  }

  private String shown(AppKey key) {
    return attributeReader.displayName(key);
  }
}
