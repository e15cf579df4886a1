package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.ListenAddress;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Strategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests when an app is in cluster mode, and the attributes of cluster mode.
class ClusterAttributesTest {
  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
    List.of("node", "nodejs", "java", "python3", "nodemon", "npm", "bash")
        .forEach(workspace::program);
    List.of("app.js", "app.py", "app.jar").forEach(name -> workspace.file(name, "text"));
    workspace.executable("by-first-line", "#!/usr/bin/env node\n");
  }

  private AppsOutcome read(String members) {
    return workspace.read("{" + members + "}");
  }

  private AppSpec app(String members) {
    AppsOutcome outcome = read(members);
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst();
  }

  private ClusterSettings clusterWithoutWarnings(String members) {
    assertThat(read(members).warnings()).isEmpty();
    return app(members).cluster();
  }

  private List<String> warnings(String members) {
    AppsOutcome outcome = read(members);
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.warnings();
  }

  @Test
  void portMayComeFromAnEnvFile() {
    workspace.file("with.env", "A=1\nPORT=8080\n");
    workspace.file("without.env", "A=1\n");
    workspace.executable("app", "#!/bin/sh\n");
    assertThat(
            clusterWithoutWarnings("script: 'app', balance: 'proxy', env_file: 'with.env'")
                .enabled())
        .isTrue();
    assertThat(warnings("script: 'app', balance: 'proxy', env_file: 'absent.env?', name: 'web'"))
        .singleElement()
        .asString()
        .endsWith(
            "balance \"proxy\" has no effect, because the env_file that may set PORT does not exist: create it, or set the port with port");
    for (String wrong :
        List.of(
            "env_file: 'without.env'",
            "env_file: 'with.env', env: {PORT: '/run/x'}",
            "secrets: {PORT: 'file:with.env'}")) {
      assertThat(Workspace.messages(read("script: 'app', balance: 'proxy', " + wrong)))
          .singleElement()
          .asString()
          .endsWith("\"proxy\" requires the port that clients connect to: set it with port");
    }
  }

  // Cluster mode

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "script": "app.js" | false
          "script": "app.js", "instances": 1 | true
          "script": "app.js", "instances": 4 | true
          "script": "app.js", "instances": "2" | true
          "script": "app.js", "instances": "max" | true
          "script": "app.js", "instances": 0 | true
          "script": "app.js", "instances": -1 | true
          "script": "app.js", "instances": "-1" | true
          "script": "app.js", "instances": null | false
          "script": "app.js", "exec_mode": "cluster" | true
          "script": "app.js", "exec_mode": "cluster_mode" | true
          "script": "app.js", "exec_mode": "fork", "instances": 4 | false
          "script": "app.js", "execMode": "fork_mode", "instances": 4 | false
          "script": "app.js", "instances": 4, "execute_command": true | false
          "script": "app.js", "instances": 4, "execute_command": false | true
          "script": "app.js", "exec_mode": "cluster", "execute_command": true | false
          "script": "app.js", "instances": 4, "interpreter": "nodejs" | true
          "script": "app.js", "instances": 4, "interpreter": "nodemon" | false
          "script": "app.js", "instances": 4, "interpreter": "none", "exec_mode": "cluster" | problem
          "script": "node app.js", "instances": 4 | true
          "script": "app.jar", "instances": 4 | true
          "script": "java -cp 'lib/*' Main", "instances": 3 | true
          "script": "java -cp lib/* Main", "instances": 3 | true
          "script": "cd sub && exec java -jar app.jar", "instances": 3 | true
          "script": "bash -c 'exec node app.js'", "instances": 3 | true
          "script": "A=1 node app.js > log", "instances": 3 | true
          "script": "A=1 python3 app.py", "instances": 3 | false
          "script": "node a.js & node b.js", "exec_mode": "fork", "instances": 3 | false
          "script": "app.jar" | false
          "script": "java -jar app.jar", "instances": 4 | true
          "script": "app.py", "instances": 4 | false
          "script": "app.py", "port": 8000 | false
          "script": "app.py", "instances": 4, "port": 8000 | true
          "script": "app.py", "instances": 4, "port": 8000, "increment_var": "PORT" | false
          "script": "app.py", "instances": 4, "port": 8000, "increment_var": "N" | true
          "script": "app.py", "instances": 4, "env": {"PORT": 8000} | false
          "script": "app.py", "exec_mode": "cluster" | true
          "script": "app.py", "listen": 8000 | true
          "script": "app.py", "balance": "auto" | true
          "script": "app.py", "balance": "off" | false
          "script": "app.py", "balance": "proxy", "port": 8000 | true
          "script": "app.js", "balance": "off", "instances": 2 | true
          "script": "app", "instances": 4 | false
          """)
  void clusterModeFollowsTheRuleOfPm2AndItsExtensions(String members, String enabled) {
    AppsOutcome outcome = read(members);
    assertThat(outcome.apps().isEmpty()).isEqualTo(enabled.equals("problem"));
    outcome
        .apps()
        .forEach(app -> {
          assertThat(app.cluster().enabled()).isEqualTo(Boolean.parseBoolean(enabled));
          assertThat(outcome.warnings()).isEmpty();
        });
  }

  @Test
  void opaqueShellCommandRunsInForkModeWithAWarning() {
    assertThat(warnings("script: 'npm run build && node app.js', instances: 3, name: 'web'"))
        .singleElement()
        .asString()
        .endsWith(
            "runs in fork mode, where instances do not share a port, because bash runs a command line, and it runs"
                + " more than one program: for cluster mode, set the port with port or run"
                + " only the server");
    assertThat(warnings("script: 'npm run build && node app.js'")).isEmpty();
    assertThat(Workspace.messages(read("script: 'node a.js & node b.js', balance: 'node'")))
        .singleElement()
        .asString()
        .contains("bash runs a command line, and it starts a process in the background");
  }

  @Test
  void commandLineOptionsHaveTheSameEffect() {
    assertThat(readCommandLine(Map.of("script", "app.js", "instances", 2)).cluster().enabled())
        .isTrue();
    assertThat(readCommandLine(Map.of("script", "app.js", "instances", "max")).cluster().enabled())
        .isTrue();
    assertThat(
            readCommandLine(Map.of("script", "app.js", "instances", 2, "execute_command", true))
                .cluster()
                .enabled())
        .isFalse();
    assertThat(
            readCommandLine(Map.of("script", "app.py", "listen", "8000,127.0.0.1:9000")).cluster())
        .isEqualTo(
            new ClusterSettings(
                true,
                BalancingMode.AUTO,
                Optional.empty(),
                OptionalInt.empty(),
                List.of(ListenAddress.any(8000), new ListenAddress("127.0.0.1", 9000)),
                Duration.ofSeconds(30),
                ProxyProtocol.NONE));
  }

  private AppSpec readCommandLine(Map<String, Object> attributes) {
    AppsOutcome outcome = workspace.readCommandLine(new HashMap<>(attributes));
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst();
  }

  @Test
  void allClusterAttributesAreRead() {
    assertThat(
            clusterWithoutWarnings(
                """
                "script": "app.py", "instances": 2, "port": 8000, "balance": "proxy",
                "strategy": "ip_hash", "drain_timeout": "5s", "proxy_protocol": "v1"
                """))
        .isEqualTo(
            new ClusterSettings(
                true,
                BalancingMode.PROXY,
                Optional.of(Strategy.IP_HASH),
                OptionalInt.of(8000),
                List.of(),
                Duration.ofSeconds(5),
                ProxyProtocol.V1));
  }

  @Test
  void portIsAlsoAVariable() {
    assertThat(app("\"script\": \"app\", \"port\": 8000").variables().declared())
        .containsEntry("PORT", "8000");
    AppSpec own = app("\"script\": \"app\", \"port\": 8000, \"env\": {\"PORT\": 9000}");
    assertThat(own.variables().declared()).containsEntry("PORT", "9000");
    assertThat(own.cluster().port()).hasValue(8000);
  }

  @Test
  void clusterModeHasALongerReadinessTimeout() {
    assertThat(app("\"script\": \"app.js\"").readiness().timeout()).hasSeconds(3);
    assertThat(app("\"script\": \"app.js\", \"instances\": 2").readiness().timeout())
        .hasSeconds(30);
    assertThat(
            app("\"script\": \"app.js\", \"instances\": 2, \"listen_timeout\": 3000")
                .readiness()
                .timeout())
        .hasSeconds(3);
  }

  // Values

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          8000 | 8000
          "8000" | 8000
          [8000] | 8000
          [8000, 8001] | 8000 8001
          "8000, 127.0.0.1:8001" | 8000 127.0.0.1:8001
          ["127.0.0.1:8000", "[::1]:8000"] | 127.0.0.1:8000 [::1]:8000
          ["127.0.0.1:8000", "127.0.0.2:8000"] | 127.0.0.1:8000 127.0.0.2:8000
          "0.0.0.0:80" | 0.0.0.0:80
          ["0.0.0.0:80", "[::]:80"] | 0.0.0.0:80 [::]:80
          "[FE80::1]:65535" | [fe80::1]:65535
          """)
  void listenAcceptsSeveralForms(String written, String addresses) {
    ClusterSettings clusterSettings =
        clusterWithoutWarnings("\"script\": \"app\", \"listen\": " + written);
    assertThat(clusterSettings.listen())
        .extracting(ListenAddress::toString)
        .containsExactly(addresses.split(" "));
    assertThat(clusterSettings.enabled()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"off,NONE", "v1,V1", "v2,V2", "true,V2", "false,NONE"})
  void proxyProtocolVersionIsRead(String written, ProxyProtocol expected) {
    String value =
        written.equals("true") || written.equals("false") ? written : "\"" + written + "\"";
    assertThat(
            clusterWithoutWarnings(
                    "\"script\": \"app\", \"instances\": 1, \"port\": 80, \"proxy_protocol\": "
                        + value)
                .proxyProtocol())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "balance": "nginx" | .balance: "nginx" is not a balancing mode: use "auto", "node", "jvm", "listen_fds", "proxy" or "off"
          "strategy": "fastest" | .strategy: "fastest" is not a strategy: use "kernel", "round_robin", "least_conn" or "ip_hash"
          "port": 0 | .port: 0 is not an integer from 1 to 65535
          "drain_timeout": "soon" | .drain_timeout: "soon" is not a duration: use milliseconds, or a whole number with ms, s, m, h or d, such as "10s"
          "proxy_protocol": 1 | .proxy_protocol: 1 is not a version of the PROXY protocol: use "v1", "v2" or "off"
          "proxy_protocol": {} | .proxy_protocol: an object is not a version of the PROXY protocol: use "v1", "v2" or "off"
          "listen": "localhost:8000" | .listen: "localhost:8000" contains a host name, not an address: use "127.0.0.1:8000" or "[::1]:8000"
          "listen": [80, "web.example:81"] | .listen[1]: "web.example:81" contains a host name, not an address: use "127.0.0.1:81" or "[::1]:81"
          "listen": ":8000" | .listen: ":8000" has no address: use 8000 for all addresses
          "listen": "*:8000" | .listen: "*:8000" has no address: use 8000 for all addresses
          "listen": "::1:8000" | .listen: "::1:8000" is not an address to listen on: use a port, "127.0.0.1:8000" or "[::1]:8000"
          "listen": "[127.0.0.1]:80" | .listen: "[127.0.0.1]:80" is not an address to listen on: use a port, "127.0.0.1:8000" or "[::1]:8000"
          "listen": "[::ffff:1.2.3.4]:80" | .listen: "[::ffff:1.2.3.4]:80" is not an address to listen on: use a port, "127.0.0.1:8000" or "[::1]:8000"
          "listen": "256.0.0.1:80" | .listen: "256.0.0.1:80" is not an address to listen on: use a port, "127.0.0.1:8000" or "[::1]:8000"
          "listen": "/run/web.sock" | .listen: "/run/web.sock" is not an address to listen on: use a port, "127.0.0.1:8000" or "[::1]:8000"
          "listen": "" | .listen: "" is not an address to listen on: use a port, "127.0.0.1:8000" or "[::1]:8000"
          "listen": true | .listen: true is not an address to listen on: use a port, "127.0.0.1:8000" or "[::1]:8000"
          "listen": [[80]] | .listen[0]: a list is not an address to listen on: use a port, "127.0.0.1:8000" or "[::1]:8000"
          "listen": [] | .listen: is empty: specify a port or remove the key
          "listen": 70000 | .listen: 70000 does not contain a port from 1 to 65535
          "listen": "127.0.0.1:0" | .listen: "127.0.0.1:0" does not contain a port from 1 to 65535
          "listen": [80, "80"] | .listen[1]: 80 is listed twice: remove one of them
          "listen": ["[::1]:80", "[0:0:0:0:0:0:0:1]:80"] | .listen[1]: [0:0:0:0:0:0:0:1]:80 and [::1]:80 overlap: keep one of them
          "listen": ["127.0.0.1:80", 80] | .listen[1]: 80 and 127.0.0.1:80 overlap: keep one of them
          "listen": ["0.0.0.0:80", "127.0.0.1:80"] | .listen[1]: 127.0.0.1:80 and 0.0.0.0:80 overlap: keep one of them
          "balance": "proxy" | .balance: "proxy" requires the port that clients connect to: set it with port
          "balance": "proxy", "env": {"PORT": "/run/x"} | .balance: "proxy" requires the port that clients connect to: set it with port
          "balance": "listen_fds" | .balance: "listen_fds" requires sockets to pass to the app: list them in listen
          "balance": "node" | .balance: "node" requires node as the program, but the program is DIR/app: set interpreter to node, or use "proxy" and set port
          "balance": "jvm" | .balance: "jvm" requires java as the program, but the program is DIR/app: set interpreter to java, or use "proxy" and set port
          "balance": "proxy", "port": 80, "strategy": "kernel" | .strategy: "kernel" cannot be combined with balance "proxy": use "round_robin", "least_conn" or "ip_hash"
          "exec_mode": "cluster", "port": 80, "strategy": "kernel" | .strategy: "kernel" cannot be combined with balance "proxy", the default for this app: use "round_robin", "least_conn" or "ip_hash"
          "listen": 80, "strategy": "round_robin" | .strategy: "round_robin" cannot be combined with balance "listen_fds": use "kernel"
          """)
  void invalidValueIsReportedInOneMessage(String members, String sentence) {
    AppsOutcome outcome = workspace.read("[\n{\"script\": \"app\",\n" + members + "}]");
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome))
        .containsExactly("ecosystem.json:3: [0]" + sentence.replace("DIR", dir.toString()));
  }

  @ParameterizedTest
  @CsvSource({
    "node, app.js, kernel, true",
    "node, app.js, round_robin, true",
    "node, app.js, least_conn, false",
    "node, app.js, ip_hash, false",
    "jvm, app.jar, kernel, true",
    "jvm, app.jar, round_robin, false",
    "listen_fds, app.py, kernel, true",
    "listen_fds, app.py, ip_hash, false",
    "proxy, app.py, kernel, false",
    "proxy, app.py, round_robin, true",
    "proxy, app.py, least_conn, true",
    "proxy, app.py, ip_hash, true",
    "auto, app.js, kernel, true",
    "auto, app.js, least_conn, false",
  })
  void strategyMustSuitTheBalancingMode(
      String balance, String script, String strategy, boolean suits) {
    AppsOutcome outcome =
        read(
            "\"script\": \"%s\", \"port\": 80, \"balance\": \"%s\", \"strategy\": \"%s\"%s"
                .formatted(
                    script,
                    balance,
                    strategy,
                    balance.equals("listen_fds") ? ", \"listen\": 80" : ""));
    assertThat(outcome.problems().isEmpty()).isEqualTo(suits);
  }

  @Test
  void proxyModeTakesThePortFromEnv() {
    assertThat(
            clusterWithoutWarnings(
                    "\"script\": \"app\", \"balance\": \"proxy\", \"env\": {\"PORT\": 8000}")
                .balance())
        .isEqualTo(BalancingMode.PROXY);
  }

  @Test
  void problemOnTheCommandLineNamesItsOption() {
    assertThat(
            Workspace.messages(
                workspace.readCommandLine(
                    Map.of("script", "app", "balance", "proxy", "strategy", "kernel"))))
        .containsExactly(
            "--strategy: \"kernel\" cannot be combined with --balance \"proxy\": use \"round_robin\","
                + " \"least_conn\" or \"ip_hash\"",
            "--balance: \"proxy\" requires the port that clients connect to: set it with --port");
    assertThat(
            Workspace.messages(
                workspace.readCommandLine(Map.of("script", "app", "listen", "80,localhost:81"))))
        .containsExactly(
            "--listen: \"localhost:81\" contains a host name, not an address: use \"127.0.0.1:81\""
                + " or \"[::1]:81\"");
  }

  // Without effect

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "script": "app.py", "strategy": "kernel", "drain_timeout": 5 | strategy has no effect in fork mode
          "script": "app.py", "balance": "off", "strategy": "kernel", "drain_timeout": 5 | strategy, drain_timeout have no effect in fork mode
          "script": "app.py", "proxy_protocol": true | proxy_protocol has no effect in fork mode
          "script": "app.py", "exec_mode": "fork", "listen": 80 | listen has no effect in fork mode
          "script": "app.js", "execute_command": true, "balance": "node" | balance has no effect in fork mode
          "script": "app.js", "balance": "node", "listen": 80 | listen has no effect with balance node
          "script": "app.js", "balance": "node", "proxy_protocol": "v2" | proxy_protocol has no effect with balance node
          "script": "app.py", "listen": 80, "drain_timeout": 5, "proxy_protocol": "v2" | drain_timeout, proxy_protocol have no effect with balance listen_fds
          "script": "app.js", "instances": 2, "balance": "off", "strategy": "kernel", "listen": 80, "drain_timeout": 5 | strategy, listen, drain_timeout have no effect with balance off
          """)
  void attributeWithoutEffectIsAWarning(String members, String warning) {
    assertThat(warnings(members)).containsExactly("ecosystem.json: app: " + warning);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "script": "app.py", "balance": "off"
          "script": "app.py", "proxy_protocol": false
          "script": "app.py", "instances": 2, "port": 80, "strategy": "least_conn", "drain_timeout": 5, "proxy_protocol": "v2"
          "script": "app.js", "balance": "node", "strategy": "round_robin", "drain_timeout": 5
          "script": "app.js", "exec_mode": "fork", "port": 80
          """)
  void effectiveAndNeutralAttributesGiveNoWarning(String members) {
    assertThat(warnings(members)).isEmpty();
  }
}
