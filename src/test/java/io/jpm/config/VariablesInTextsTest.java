package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.settings.AppDefaults;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvFile;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VariablesInTextsTest {
  @TempDir Path dir;
  private Place place;

  @BeforeEach
  void makePlace() {
    place = new Place(dir);
    place.executable("app", "\u0000ELF");
  }

  private AppSpec fine(String json) {
    return fine(json, Optional.empty());
  }

  private AppSpec fine(String json, Optional<String> environment) {
    place.file("ecosystem.json", json);
    AppsOutcome outcome =
        Place.fromFile(
            Path.of("ecosystem.json"),
            environment,
            place.caller(Map.of("WHO", "me", "EMPTY", "")),
            AppDefaults.PM2);
    assertThat(Place.sentences(outcome)).isEmpty();
    return outcome.apps().getFirst();
  }

  private List<String> wrong(String json) {
    AppsOutcome outcome = place.read(json);
    assertThat(outcome.apps()).isEmpty();
    return Place.sentences(outcome);
  }

  @Test
  void everyTextOfAnAppMayNameVariables() {
    place.directory("srv/me");
    AppSpec app =
        fine(
            """
            {"script": "${BIN:-./app}", "cwd": "srv/${WHO}", "port": 81, "interpreter_args": "",
             "args": "--port ${PORT} '${TITLE}' ${NONE} ${EMPTY:-a} $${WHO} $WHO ${X:-${WHO}!}",
             "out_file": "${LOGS}/out.log", "err": "${LOGS}/err.log", "log": "${LOGS}/all.log",
             "pid": "${LOGS}/web.pid",
             "env": {"LOGS": "/var/log/${NAME}", "NAME": "we${SUFFIX:-b}", "TITLE": "two words",
                     "PATH": "/opt/bin:${PATH}", "LIST": ["${NAME}"], "HERE": "${PWD}"}}
            """);
    assertThat(app.command().script()).isEqualTo(dir.resolve("app"));
    assertThat(app.cwd()).isEqualTo(dir.resolve("srv/me"));
    assertThat(app.command().args())
        .containsExactly("--port", "81", "two words", "${NONE}", "a", "${WHO}", "$WHO", "me!");
    assertThat(app.logs().out()).contains(Path.of("/var/log/web/out.log"));
    assertThat(app.logs().error()).contains(Path.of("/var/log/web/err.log"));
    assertThat(app.logs().combined()).contains(Path.of("/var/log/web/all.log"));
    assertThat(app.pidFile()).contains(Path.of("/var/log/web/web.pid"));
    assertThat(app.variables().declared())
        .containsEntry("PATH", "/opt/bin:" + dir.resolve("bin"))
        .containsEntry("LIST", "[\"web\"]")
        .containsEntry("HERE", dir.resolve("srv/me").toString());
  }

  @Test
  void theChosenEnvironmentComesFirst() {
    AppSpec app =
        fine(
            """
            {"script": "app", "args": ["${MODE}", "${HOME}"],
             "env": {"MODE": "dev", "HOME": null},
             "env_production": {"MODE": "${MODE}-live"}}
            """,
            Optional.of("production"));
    assertThat(app.command().args()).containsExactly("${MODE}-live", "${HOME}");
    assertThat(app.variables().declared()).containsEntry("MODE", "${MODE}-live");
  }

  /// What is written stays so until it is known which instance it is for (issue 18).
  @Test
  void thePortIsThatOfTheInstance() {
    AppSpec app =
        fine(
            """
            {"script": "app", "port": 8000, "instances": 2, "balance": "proxy",
             "args": "-p ${PORT} $${PORT} ${PORT:-1} ${URL} ${WHO} ${NONE} 8000",
             "env": {"URL": "http://${WHO}:${PORT}/$${x}", "OTHER": "${WHO}",
                     "PATH": "/opt/bin:${PATH}"}}
            """);
    assertThat(app.command().args())
        .containsExactly(
            "-p", "8000", "${PORT}", "8000", "http://me:8000/${x}", "me", "${NONE}", "8000");
    assertThat(app.texts().environment()).containsOnlyKeys("URL");
    Map<String, String> own =
        app.texts()
            .environment(
                Map.of("PORT", "4711", "URL", "http://me:8000/${x}", "OTHER", "me"),
                app.variables().declared());
    assertThat(own)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("PORT", "4711", "URL", "http://me:4711/${x}", "OTHER", "me"));
    assertThat(app.texts().command(app.command(), own).args())
        .containsExactly(
            "-p", "4711", "${PORT}", "4711", "http://me:4711/${x}", "me", "${NONE}", "8000");
  }

  @Test
  void whatCountsInstancesIsThatOfTheInstanceToo() {
    AppSpec app =
        fine(
            """
            {"script": "app", "instances": 2, "increment_var": "N", "args": ["${N}", "$N"],
             "env": {"FILE": "/tmp/${N}"}}
            """);
    Map<String, String> own =
        app.texts().environment(Map.of("N", "1", "FILE", "/tmp/${N}"), Map.of("FILE", "/tmp/${N}"));
    assertThat(own).containsEntry("FILE", "/tmp/1");
    assertThat(app.texts().command(app.command(), own).args()).containsExactly("1", "$N");
  }

  @Test
  void whatIsTheSameForAllInstancesCannotNameAPortThatIsNot() {
    assertThat(
            wrong(
                """
                {"script": "app", "port": 8000, "instances": 2, "balance": "proxy",
                 "pid_file": "/run/${PORT}.pid", "out_file": "/tmp/${FILE}",
                 "env": {"FILE": "${PORT}.log"}}
                """))
        .hasSize(2)
        .allMatch(it -> it.contains("differs between instances (PORT)"))
        .anyMatch(it -> it.contains("pid_file"))
        .anyMatch(it -> it.contains("out_file"));
    fine("{\"script\": \"app\", \"port\": 8000, \"pid_file\": \"/run/${PORT}.pid\"}");
  }

  @Test
  void aCircleIsAMistake() {
    assertThat(
            wrong(
                """
                {"script": "app", "args": "${B}",
                 "env": {"A": "${B}",
                         "B": "${C}",
                         "C": "x${A}"}}
                """))
        .singleElement()
        .asString()
        .contains(": these variables refer to each other in a circle")
        .startsWith("ecosystem.json:");
  }

  @Test
  void whatGrowsWithoutEndIsAMistake() {
    StringBuilder env = new StringBuilder("\"V0\": \"0123456789\"");
    for (int i = 1; i < 40; i++) {
      env.append(", \"V%d\": \"${V%d}${V%d}\"".formatted(i, i - 1, i - 1));
    }
    assertThat(wrong("{\"script\": \"app\", \"env\": {" + env + "}}"))
        .isNotEmpty()
        .allMatch(sentence -> sentence.endsWith("expands to more than 131072 characters"));
  }

  @Test
  void onTheCommandLineTheShellHasDoneIt() {
    AppsOutcome outcome = place.type(Map.of("script", "app", "args", List.of("${HOME}")));
    assertThat(outcome.apps().getFirst().command().args()).containsExactly("${HOME}");
  }

  @Test
  void filesAndSecretsAreReferences() {
    place.file("conf/base.env", "\ufeffA=1\r\nexport B='x'\r\n");
    place.file("run/db", "canary");
    AppSpec app =
        fine(
            """
            {"script": "app", "env_file": ["conf/base.env", "local.env?"],
             "secrets": {"DB": "file:run/db", "KEY": "credential:key",
                         "TOKEN": {"command": ["./give", "token", 5]}}}
            """);
    assertThat(app.variables().referred())
        .isEqualTo(
            new ReferencedVariables(
                List.of(
                    new EnvFile(dir.resolve("conf/base.env"), false),
                    new EnvFile(dir.resolve("local.env"), true)),
                Map.of(
                    "DB",
                    new Secret.InFile(dir.resolve("run/db")),
                    "KEY",
                    new Secret.Credential("key"),
                    "TOKEN",
                    new Secret.OfCommand(List.of(dir.resolve("give").toString(), "token", "5")))));
    assertThat(app.toString()).doesNotContain("canary");
    assertThat(app.variables().declared()).doesNotContainKeys("A", "B", "DB");
  }

  @Test
  void everyMistakeIsToldAndNoValueIs() {
    place.file("bad.env", "# fine\nA=1\ncanary-line\nB=\"canary\n");
    assertThat(
            wrong(
                """
                {"script": "app",
                 "env_file": ["bad.env", "gone.env", 5],
                 "env": {"USE": "${A}", "TWICE": 1},
                 "args": ["${DB}"],
                 "secrets": {
                   "DB": "canary",
                   "TWICE": "file:x",
                   "C": "credential:../x",
                   "D": {"command": "canary"},
                   "E": 5}}
                """))
        .containsExactly(
            dir.resolve("bad.env") + ":3: is not a variable: it contains no =",
            dir.resolve("bad.env") + ":4: opens a quote that is not closed",
            "ecosystem.json:2: env_file[1]: file %1$s does not exist; write \"%1$s?\" if it is optional"
                .formatted(dir.resolve("gone.env")),
            "ecosystem.json:2: env_file[2]: 5 is neither a path nor a list of paths",
            "ecosystem.json:3: env.USE: uses ${A} of env_file %s, which is read at each start and not stored: only the app itself can use it"
                .formatted(dir.resolve("bad.env")),
            "ecosystem.json:4: args[0]: uses ${DB} of secrets, which is read at each start and not stored: only the app itself can use it",
            "ecosystem.json:6: secrets.DB: does not say where the value is: use \"file:PATH\", \"credential:NAME\" or {\"command\": [\"PROGRAM\", \"ARGUMENT\"]}",
            "ecosystem.json:7: secrets.TWICE: is also set as a variable of the app: set it only once",
            "ecosystem.json:8: secrets.C: does not say where the value is: use \"file:PATH\", \"credential:NAME\" or {\"command\": [\"PROGRAM\", \"ARGUMENT\"]}",
            "ecosystem.json:9: secrets.D: does not say where the value is: use \"file:PATH\", \"credential:NAME\" or {\"command\": [\"PROGRAM\", \"ARGUMENT\"]}",
            "ecosystem.json:10: secrets.E: does not say where the value is: use \"file:PATH\", \"credential:NAME\" or {\"command\": [\"PROGRAM\", \"ARGUMENT\"]}");
  }

  @Test
  void theDirectoryCannotHangOnAFileOfVariables() {
    place.file("some.env", "WHERE=srv");
    place.directory("srv");
    assertThat(
            wrong(
                """
                {"script": "app", "cwd": "./${WHERE:-}", "env_file": "some.env"}
                """))
        .singleElement()
        .asString()
        .contains("cwd: uses ${WHERE}");
  }
}
