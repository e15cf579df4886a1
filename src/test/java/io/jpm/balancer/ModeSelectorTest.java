package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.ModeSelector.Selection;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.ListenAddress;
import io.jpm.model.ProxyProtocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModeSelectorTest {
  private static final SystemSupport FULL_SUPPORT =
      new SystemSupport(true, Optional.empty(), Optional.empty(), Optional.empty());

  private static AppSpec app(
      String interpreter, String script, BalancingMode wanted, String port, boolean listen) {
    var appCommand =
        new AppCommand(
            Path.of("/srv", script),
            Optional.of(interpreter).filter(it -> !it.isEmpty()).map(it -> Path.of("/usr/bin", it)),
            List.of(),
            List.of());
    var clusterSettings =
        new ClusterSettings(
            true,
            wanted,
            Optional.empty(),
            port.matches("\\d+") ? OptionalInt.of(Integer.parseInt(port)) : OptionalInt.empty(),
            listen ? List.of(ListenAddress.any(8000)) : List.of(),
            Duration.ZERO,
            ProxyProtocol.NONE);
    Map<String, String> declared =
        port.startsWith("PORT=") ? Map.of("PORT", port.substring(5)) : Map.of();
    return AppSpec.builder(new AppName("app"), appCommand, Path.of("/"))
        .cluster(clusterSettings)
        .variables(EnvironmentVariables.declared(declared))
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    // interpreter, script, balance, port, listen, mode, reason
    "node, app.js, AUTO, '', false, NODE, the program is node",
    "nodejs, app.js, AUTO, 80, false, NODE, the program is node",
    "'', node, AUTO, '', false, NODE, the program is node",
    "node, app.js, AUTO, '', true, LISTEN_FDS, listen is set",
    "node, npm, AUTO, 80, false, PROXY, node has no balancing mode of its own",
    "node, yarn, AUTO, '', false, OFF, 'node has no balancing mode of its own, and no port is known: set port'",
    "java, app.jar, AUTO, '', false, JVM, the program is java",
    "'', java, AUTO, '', false, JVM, the program is java",
    "python3, app.py, AUTO, 80, false, PROXY, python3 has no balancing mode of its own",
    "python3, app.py, AUTO, PORT=80, false, PROXY, python3 has no balancing mode of its own",
    "python3, app.py, AUTO, PORT=x, false, OFF, 'python3 has no balancing mode of its own, and no port is known: set port'",
    "python3, app.py, AUTO, PORT=70000, false, OFF, 'python3 has no balancing mode of its own, and no port is known: set port'",
    "python3, app.py, PROXY, '', false, OFF, no port is known: set port",
    "python3, app.py, PROXY, 80, false, PROXY, balance is proxy",
    "node, app.js, PROXY, 80, false, PROXY, balance is proxy",
    "node, app.js, OFF, 80, false, OFF, balance is off",
    "bash, app.sh, NODE, '', false, NODE, balance is node",
    "bash, app.sh, JVM, '', false, JVM, balance is jvm",
    "bash, app.sh, LISTEN_FDS, '', true, LISTEN_FDS, balance is listen_fds",
    "bash, app.sh, LISTEN_FDS, '', false, OFF, 'balance is listen_fds, but no address is set: set listen'",
  })
  void modeFollowsFromTheSpec(
      String interpreter,
      String script,
      BalancingMode wanted,
      String port,
      boolean listen,
      BalancingMode mode,
      String reason) {
    assertThat(ModeSelector.choose(app(interpreter, script, wanted, port, listen), FULL_SUPPORT))
        .isEqualTo(new Selection(mode, reason));
  }

  @Test
  void fileThatTheUserOfTheAppCannotReadDisablesSharing() {
    SystemSupport hidden =
        new SystemSupport(
            true,
            Optional.of(Path.of("/root/lib/node-worker.cjs")),
            Optional.of(Path.of("/root/lib/agent.jar")),
            Optional.empty());
    Selection node =
        ModeSelector.choose(app("node", "a.js", BalancingMode.AUTO, "80", false), hidden);
    Selection java =
        ModeSelector.choose(app("java", "a.jar", BalancingMode.JVM, "80", false), hidden);
    assertThat(node.mode()).isEqualTo(BalancingMode.OFF);
    assertThat(node.reason())
        .isEqualTo(
            "/root/lib/node-worker.cjs cannot be read by the daemon's user: make it and its parent directories readable by all users");
    assertThat(java.mode()).isEqualTo(BalancingMode.OFF);
    assertThat(java.reason()).startsWith("/root/lib/agent.jar cannot be read");
  }

  @Test
  void javaThatCannotStartWithTheAgentUsesTheProxyOrIsNotBalanced() {
    SystemSupport refusal =
        new SystemSupport(
            true, Optional.empty(), Optional.empty(), Optional.of("no agent can be loaded"));
    assertThat(ModeSelector.choose(app("java", "a.jar", BalancingMode.AUTO, "80", false), refusal))
        .isEqualTo(new Selection(BalancingMode.PROXY, "no agent can be loaded"));
    assertThat(
            ModeSelector.choose(app("java", "a.jar", BalancingMode.JVM, "", false), refusal).mode())
        .isEqualTo(BalancingMode.OFF);
    assertThat(
            ModeSelector.choose(app("node", "a.js", BalancingMode.AUTO, "80", false), refusal)
                .mode())
        .isEqualTo(BalancingMode.NODE);
  }

  @Test
  void proxyIsChosenWhereSocketsCannotBeShared() {
    SystemSupport poor =
        new SystemSupport(false, Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(ModeSelector.choose(app("node", "a.js", BalancingMode.AUTO, "80", false), poor))
        .isEqualTo(
            new Selection(
                BalancingMode.PROXY, "sockets cannot be shared between processes on this system"));
    assertThat(
            ModeSelector.choose(app("java", "a.jar", BalancingMode.AUTO, "", false), poor).mode())
        .isEqualTo(BalancingMode.OFF);
  }

  @Test
  void observedPortIsUsedIfNoneIsConfigured() {
    AppSpec spec = app("java", "a.jar", BalancingMode.AUTO, "", false);
    assertThat(ModeSelector.fallBack(spec, "native transport", OptionalInt.of(9000)))
        .isEqualTo(new Selection(BalancingMode.PROXY, "native transport"));
    assertThat(ModeSelector.fallBack(spec, "native transport", OptionalInt.empty()))
        .isEqualTo(
            new Selection(BalancingMode.OFF, "native transport, and no port is known: set port"));
  }
}
