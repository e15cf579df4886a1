package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppSpec;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HealthAttributesTest {
  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
    workspace.executable("app", "\u0000ELF");
  }

  private AppSpec app(String attributes) {
    AppsOutcome outcome = workspace.read("{\"script\": \"app\", " + attributes + "}");
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst();
  }

  private ProbeHandler check(String check) {
    return app("\"readiness\": {" + check + "}").health().readiness().orElseThrow().check();
  }

  private List<String> problems(String attributes) {
    return Workspace.messages(workspace.read("{\"script\": \"app\", " + attributes + "}"));
  }

  @Test
  void omittedPartsHaveTheirDefaults() {
    HealthProbes healthProbes =
        app("\"startup\": {\"tcp\": 80}, \"readiness\": {\"tcp\": 81}, \"liveness\": {\"tcp\": 82}")
            .health();
    assertThat(healthProbes)
        .isEqualTo(
            new HealthProbes(
                Optional.of(
                    new HealthProbes.StartupProbe(
                        new ProbeHandler.Tcp("127.0.0.1", "80"),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(60))),
                probe("81", Duration.ofSeconds(5)),
                probe("82", Duration.ofSeconds(10))));
  }

  private static Optional<HealthProbes.Probe> probe(String port, Duration interval) {
    return Optional.of(
        new HealthProbes.Probe(
            new ProbeHandler.Tcp("127.0.0.1", port),
            new ProbeHandler.ProbeTiming(interval, Duration.ofSeconds(2), 3, 1, Duration.ZERO)));
  }

  @Test
  void everyAttributeOfAProbeIsRead() {
    HealthProbes.Probe probe =
        app("""
        "liveness": {"exec": ["./check", "${PORT}"], "interval": "5s", "timeout": "1500ms",
          "failures": 2, "successes": 4, "delay": "1m"}\
        """)
            .health()
            .liveness()
            .orElseThrow();
    assertThat(probe.check()).isEqualTo(new ProbeHandler.Exec(List.of("./check", "${PORT}")));
    assertThat(probe.rhythm())
        .isEqualTo(
            new ProbeHandler.ProbeTiming(
                Duration.ofSeconds(5), Duration.ofMillis(1500), 2, 4, Duration.ofMinutes(1)));
  }

  @Test
  void httpIsAUrlOrAnObject() {
    assertThat(check("\"http\": \"http://127.0.0.1:${PORT}/ready\""))
        .isEqualTo(
            new ProbeHandler.Http(
                "http://127.0.0.1:${PORT}/ready",
                Map.of(),
                ProbeHandler.StatusRange.FINE,
                Optional.empty(),
                true));
    assertThat(
            check(
                """
                "http": {"url": "https://x/", "headers": {"Host": "shop"}, "status": "200-204",
                  "body": "ok|fine", "verify": false}\
                """))
        .isEqualTo(
            new ProbeHandler.Http(
                "https://x/",
                Map.of("Host", "shop"),
                new ProbeHandler.StatusRange(200, 204),
                Optional.of("ok|fine"),
                false));
  }

  @ParameterizedTest
  @CsvSource({
    "80,127.0.0.1,80",
    "\"80\",127.0.0.1,80",
    "\"db.local:5432\",db.local,5432",
    "\"[::1]:80\",::1,80",
    "\"${PORT}\",127.0.0.1,${PORT}",
    "\"${HOST}:${PORT}\",${HOST},${PORT}"
  })
  void tcpIsAPortOrAnAddress(String written, String host, String port) {
    String json = written.startsWith("${") || written.contains(":") ? quoted(written) : written;
    assertThat(check("\"tcp\": " + json)).isEqualTo(new ProbeHandler.Tcp(host, port));
  }

  private static String quoted(String text) {
    return text.startsWith("\"") ? text : "\"" + text + "\"";
  }

  @Test
  void logNotifyAndTextualExecProbesAreRead() {
    assertThat(check("\"log\": \"listening on [0-9]+\""))
        .isEqualTo(new ProbeHandler.Log("listening on [0-9]+"));
    assertThat(check("\"notify\": true")).isEqualTo(new ProbeHandler.Notify());
    assertThat(check("\"exec\": \"./check '${PORT} x'\""))
        .isEqualTo(new ProbeHandler.Exec(List.of("./check", "${PORT} x")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"http\": \"http://127.0.0.1:8000/health\"}",
        "{\"http\": \"http://localhost:8000/health\"}",
        "{\"http\": \"http://[::1]:8000/\"}",
        "{\"http\": \"http://127.0.0.1:${HTTP}/\"}",
        "{\"tcp\": 8000}",
        "{\"tcp\": \"127.0.0.2:9000\"}"
      })
  void probesOfASharedListenSocketAreRejected(String check) {
    String listening = "\"env\": {\"HTTP\": 8000}, \"listen\": [8000, \"127.0.0.2:9000\"]";
    for (String role : List.of("readiness", "liveness", "startup")) {
      assertThat(problems("%s, \"%s\": %s".formatted(listening, role, check)))
          .singleElement()
          .asString()
          .contains(role)
          .contains("an address in listen, where any instance may accept the connection");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"http\": \"http://127.0.0.1:8001/health\"}",
        "{\"http\": \"http://127.0.0.1:${UNKNOWN}/\"}",
        "{\"http\": \"http://db.local:8000/\"}",
        "{\"tcp\": 9000}",
        "{\"exec\": \"./check 8000\"}",
        "{\"log\": \"ready\"}",
        "{\"notify\": true}"
      })
  void otherProbesOfAnAppWithListenAreAccepted(String check) {
    app("\"listen\": [8000, \"127.0.0.2:9000\"], \"readiness\": " + check);
  }

  @Test
  void appWithProbesHasAReadinessTimeoutOfOneMinute() {
    assertThat(app("\"readiness\": {\"tcp\": 80}").readiness().timeout())
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(
            app("\"readiness\": {\"tcp\": 80}, \"listen_timeout\": \"5s\"").readiness().timeout())
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void allProblemsAreReportedTogetherWithTheirLines() {
    assertThat(
            problems(
                """
                "startup": {"tcp": 80,
                  "timeout": 60},
                "readiness": {"http": "ftp://x",
                  "intervall": "5s"},
                "liveness": {"tcp": 80,
                  "http": "http://x/"}\
                """))
        .satisfiesExactlyInAnyOrder(
            line ->
                assertThat(line)
                    .contains(":2: ")
                    .endsWith("startup.timeout: 60 has no unit: use \"60s\" or \"60ms\""),
            line ->
                assertThat(line)
                    .contains(":3: ")
                    .contains("readiness.http: \"ftp://x\" is not an HTTP address"),
            line ->
                assertThat(line)
                    .contains(":4: ")
                    .endsWith("readiness: unknown key \"intervall\": did you mean \"interval\"?"),
            line ->
                assertThat(line)
                    .contains(":6: ")
                    .endsWith("liveness.http: tcp and http are both set: keep one of them"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{}|does not specify what to probe: use one of http, tcp, exec, log, notify",
        "true|true is not an object: use {\"http\": \"http://127.0.0.1:${PORT}/\"}",
        "{\"tcp\": 70000}|70000 is not an address to connect to: use 8080, \"db.local:5432\" or \"${PORT}\"",
        "{\"exec\": \"a && b\"}|\"a && b\" needs a shell, but is run without one: use [\"sh\", \"-c\", …]",
        "{\"exec\": []}|does not name a program",
        "{\"notify\": false}|false is not allowed here: use true, or omit the probe",
        "{\"http\": {}}|has no url: add \"url\": \"http://127.0.0.1:${PORT}/ready\"",
        "{\"http\": {\"url\": \"http://x/\", \"status\": 99}}|99 is not an HTTP status: use 204, or \"200-299\"",
        "{\"http\": {\"url\": \"http://x/\", \"statuss\": 99}}|unknown key \"statuss\": did you mean \"status\"?",
        "{\"tcp\": 80, \"failures\": 0}|0 is not an integer of 1 or more",
        "{\"tcp\": 80, \"interval\": \"0s\"}|must be greater than 0",
        "{\"tcp\": 80, \"interval\": \"fast\"}|\"fast\" is not a duration: use a whole number with ms, s, m, h or d, such as 500ms or 10s",
      })
  void invalidProbeIsReportedInOneMessage(String check, String sentence) {
    assertThat(problems("\"readiness\": " + check.replace("\\|", "|")))
        .singleElement()
        .asString()
        .endsWith(sentence.replace("\\|", "|"));
  }

  @Test
  void invalidRegularExpressionIsRejected() {
    assertThat(problems("\"readiness\": {\"log\": \"(\"}"))
        .singleElement()
        .asString()
        .contains("readiness.log: \"(\" is not a valid regular expression: ");
  }
}
