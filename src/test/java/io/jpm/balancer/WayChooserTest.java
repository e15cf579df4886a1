package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.WayChooser.Choice;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Balance;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import io.jpm.model.ListenAddress;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Variables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WayChooserTest {
  private static final Facts ALL_GOOD =
      new Facts(true, Optional.empty(), Optional.empty(), Optional.empty());

  private static AppSpec app(
      String interpreter, String script, Balance wanted, String port, boolean listen) {
    var command =
        new Command(
            Path.of("/srv", script),
            Optional.of(interpreter).filter(it -> !it.isEmpty()).map(it -> Path.of("/usr/bin", it)),
            List.of(),
            List.of());
    var cluster =
        new Cluster(
            true,
            wanted,
            Optional.empty(),
            port.matches("\\d+") ? OptionalInt.of(Integer.parseInt(port)) : OptionalInt.empty(),
            listen ? List.of(ListenAddress.any(8000)) : List.of(),
            Duration.ZERO,
            ProxyProtocol.NONE);
    Map<String, String> declared =
        port.startsWith("PORT=") ? Map.of("PORT", port.substring(5)) : Map.of();
    return AppSpec.of(new AppName("app"), command, Path.of("/"))
        .cluster(cluster)
        .variables(Variables.declared(declared))
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    // interpreter, script, balance, port, listen, way, reason
    "node, app.js, AUTO, '', false, NODE, the program is node",
    "nodejs, app.js, AUTO, 80, false, NODE, the program is node",
    "'', node, AUTO, '', false, NODE, the program is node",
    "node, app.js, AUTO, '', true, LISTEN_FDS, listen is given",
    "node, npm, AUTO, 80, false, PROXY, node has no way of its own",
    "node, yarn, AUTO, '', false, OFF, 'node has no way of its own, and no port is known: name it with port'",
    "java, app.jar, AUTO, '', false, JVM, the program is java",
    "'', java, AUTO, '', false, JVM, the program is java",
    "python3, app.py, AUTO, 80, false, PROXY, python3 has no way of its own",
    "python3, app.py, AUTO, PORT=80, false, PROXY, python3 has no way of its own",
    "python3, app.py, AUTO, PORT=x, false, OFF, 'python3 has no way of its own, and no port is known: name it with port'",
    "python3, app.py, AUTO, PORT=70000, false, OFF, 'python3 has no way of its own, and no port is known: name it with port'",
    "python3, app.py, PROXY, '', false, OFF, no port is known: name it with port",
    "python3, app.py, PROXY, 80, false, PROXY, balance is proxy",
    "node, app.js, PROXY, 80, false, PROXY, balance is proxy",
    "node, app.js, OFF, 80, false, OFF, balance is off",
    "bash, app.sh, NODE, '', false, NODE, balance is node",
    "bash, app.sh, JVM, '', false, JVM, balance is jvm",
    "bash, app.sh, LISTEN_FDS, '', true, LISTEN_FDS, balance is listen_fds",
    "bash, app.sh, LISTEN_FDS, '', false, OFF, 'balance is listen_fds, but listen names no address'",
  })
  void theWayFollowsFromTheDescription(
      String interpreter,
      String script,
      Balance wanted,
      String port,
      boolean listen,
      Balance way,
      String reason) {
    assertThat(WayChooser.choose(app(interpreter, script, wanted, port, listen), ALL_GOOD))
        .isEqualTo(new Choice(way, reason));
  }

  @Test
  void aFileThatTheAppsUserCannotReadTurnsSharingOff() {
    Facts hidden =
        new Facts(
            true,
            Optional.of(Path.of("/root/lib/node-worker.cjs")),
            Optional.of(Path.of("/root/lib/agent.jar")),
            Optional.empty());
    Choice node = WayChooser.choose(app("node", "a.js", Balance.AUTO, "80", false), hidden);
    Choice java = WayChooser.choose(app("java", "a.jar", Balance.JVM, "80", false), hidden);
    assertThat(node.way()).isEqualTo(Balance.OFF);
    assertThat(node.reason())
        .isEqualTo(
            "/root/lib/node-worker.cjs cannot be read by the daemon's user: open it and the folders above it to all");
    assertThat(java.way()).isEqualTo(Balance.OFF);
    assertThat(java.reason()).startsWith("/root/lib/agent.jar cannot be read");
  }

  @Test
  void aJavaThatWouldNotStartWithAnAgentGetsNone() {
    Facts refusal =
        new Facts(true, Optional.empty(), Optional.empty(), Optional.of("no agent can be loaded"));
    assertThat(WayChooser.choose(app("java", "a.jar", Balance.AUTO, "80", false), refusal))
        .isEqualTo(new Choice(Balance.PROXY, "no agent can be loaded"));
    assertThat(WayChooser.choose(app("java", "a.jar", Balance.JVM, "", false), refusal).way())
        .isEqualTo(Balance.OFF);
    assertThat(WayChooser.choose(app("node", "a.js", Balance.AUTO, "80", false), refusal).way())
        .isEqualTo(Balance.NODE);
  }

  @Test
  void whereSocketsCannotBeSharedTheProxyServes() {
    Facts poor = new Facts(false, Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(WayChooser.choose(app("node", "a.js", Balance.AUTO, "80", false), poor))
        .isEqualTo(new Choice(Balance.PROXY, "this system cannot share sockets"));
    assertThat(WayChooser.choose(app("java", "a.jar", Balance.AUTO, "", false), poor).way())
        .isEqualTo(Balance.OFF);
  }

  @Test
  void aPortThatWasSeenServesWhereNoneIsNamed() {
    AppSpec spec = app("java", "a.jar", Balance.AUTO, "", false);
    assertThat(WayChooser.fallBack(spec, "native transport", OptionalInt.of(9000)))
        .isEqualTo(new Choice(Balance.PROXY, "native transport"));
    assertThat(WayChooser.fallBack(spec, "native transport", OptionalInt.empty()))
        .isEqualTo(
            new Choice(Balance.OFF, "native transport, and no port is known: name it with port"));
  }
}
