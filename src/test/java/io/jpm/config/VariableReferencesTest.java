package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.settings.AppDefaults;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvFile;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.SecretSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VariableReferencesTest {
  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
    workspace.executable("app", "\u0000ELF");
  }

  private AppSpec readApp(String json) {
    return readApp(json, Optional.empty());
  }

  private AppSpec readApp(String json, Optional<String> environment) {
    workspace.file("ecosystem.json", json);
    AppsOutcome outcome =
        Workspace.readFile(
            Path.of("ecosystem.json"),
            environment,
            workspace.caller(Map.of("WHO", "me", "EMPTY", "")),
            AppDefaults.PM2);
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst();
  }

  private List<String> readProblems(String json) {
    AppsOutcome outcome = workspace.read(json);
    assertThat(outcome.apps()).isEmpty();
    return Workspace.messages(outcome);
  }

  @Test
  void everyTextOfAnAppMayReferToVariables() {
    workspace.directory("srv/me");
    AppSpec app =
        readApp(
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
  void textsUseTheSelectedEnvironment() {
    AppSpec app =
        readApp(
            """
            {"script": "app", "args": ["${MODE}", "${HOME}"],
             "env": {"MODE": "dev", "HOME": null},
             "env_production": {"MODE": "${MODE}-live"}}
            """,
            Optional.of("production"));
    assertThat(app.command().args()).containsExactly("${MODE}-live", "${HOME}");
    assertThat(app.variables().declared()).containsEntry("MODE", "${MODE}-live");
  }

  /// A text that refers to the port keeps the reference until its instance is known (issue 18).
  @Test
  void portInTextsIsThatOfTheInstance() {
    AppSpec app =
        readApp(
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
  void incrementVariableInTextsIsThatOfTheInstance() {
    AppSpec app =
        readApp(
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
  void sharedPathsCannotReferToAPortPerInstance() {
    assertThat(
            readProblems(
                """
                {"script": "app", "port": 8000, "instances": 2, "balance": "proxy",
                 "pid_file": "/run/${PORT}.pid", "out_file": "/tmp/${FILE}",
                 "env": {"FILE": "${PORT}.log"}}
                """))
        .hasSize(2)
        .allMatch(it -> it.contains("whose value differs between instances (PORT)"))
        .anyMatch(it -> it.contains("pid_file"))
        .anyMatch(it -> it.contains("out_file"));
    readApp("{\"script\": \"app\", \"port\": 8000, \"pid_file\": \"/run/${PORT}.pid\"}");
  }

  @Test
  void circularReferenceIsRejected() {
    assertThat(
            readProblems(
                """
                {"script": "app", "args": "${B}",
                 "env": {"A": "${B}",
                         "B": "${C}",
                         "C": "x${A}"}}
                """))
        .singleElement()
        .asString()
        .contains("the variable references form a cycle (")
        .startsWith("ecosystem.json:");
  }

  @Test
  void tooLongExpansionIsRejected() {
    StringBuilder env = new StringBuilder("\"V0\": \"0123456789\"");
    for (int i = 1; i < 40; i++) {
      env.append(", \"V%d\": \"${V%d}${V%d}\"".formatted(i, i - 1, i - 1));
    }
    assertThat(readProblems("{\"script\": \"app\", \"env\": {" + env + "}}"))
        .isNotEmpty()
        .allMatch(sentence -> sentence.endsWith("expands to more than 131072 characters"));
  }

  @Test
  void variablesOnTheCommandLineAreNotExpanded() {
    AppsOutcome outcome =
        workspace.readCommandLine(Map.of("script", "app", "args", List.of("${HOME}")));
    assertThat(outcome.apps().getFirst().command().args()).containsExactly("${HOME}");
  }

  @Test
  void envFilesAndSecretsAreStoredAsReferences() {
    workspace.file("conf/base.env", "\ufeffA=1\r\nexport B='x'\r\n");
    workspace.file("run/db", "canary");
    AppSpec app =
        readApp(
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
                    new SecretSource.FromFile(dir.resolve("run/db")),
                    "KEY",
                    new SecretSource.FromCredential("key"),
                    "TOKEN",
                    new SecretSource.FromCommand(
                        List.of(dir.resolve("give").toString(), "token", "5")))));
    assertThat(app.toString()).doesNotContain("canary");
    assertThat(app.variables().declared()).doesNotContainKeys("A", "B", "DB");
  }

  @Test
  void allProblemsAreReportedWithoutValues() {
    workspace.file("bad.env", "# fine\nA=1\ncanary-line\nB=\"canary\n");
    assertThat(
            readProblems(
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
            "ecosystem.json:2: env_file[1]: file %1$s does not exist: create it, or write \"%1$s?\" if it is optional"
                .formatted(dir.resolve("gone.env")),
            "ecosystem.json:2: env_file[2]: 5 is neither a path nor a list of paths",
            "ecosystem.json:3: env.USE: refers to ${A} from env_file %s, which is read only when the app starts: use the variable in the app itself"
                .formatted(dir.resolve("bad.env")),
            "ecosystem.json:4: args[0]: refers to ${DB} from secrets, which is read only when the app starts: use the variable in the app itself",
            "ecosystem.json:6: secrets.DB: does not specify the source of the value: use \"file:PATH\", \"credential:NAME\" or {\"command\": [\"PROGRAM\", \"ARGUMENT\"]}",
            "ecosystem.json:7: secrets.TWICE: is also set as a variable of the app: set it only once",
            "ecosystem.json:8: secrets.C: does not specify the source of the value: use \"file:PATH\", \"credential:NAME\" or {\"command\": [\"PROGRAM\", \"ARGUMENT\"]}",
            "ecosystem.json:9: secrets.D: does not specify the source of the value: use \"file:PATH\", \"credential:NAME\" or {\"command\": [\"PROGRAM\", \"ARGUMENT\"]}",
            "ecosystem.json:10: secrets.E: does not specify the source of the value: use \"file:PATH\", \"credential:NAME\" or {\"command\": [\"PROGRAM\", \"ARGUMENT\"]}");
  }

  @Test
  void cwdCannotReferToAnEnvFile() {
    workspace.file("some.env", "WHERE=srv");
    workspace.directory("srv");
    assertThat(
            readProblems(
                """
                {"script": "app", "cwd": "./${WHERE:-}", "env_file": "some.env"}
                """))
        .singleElement()
        .asString()
        .contains("cwd: refers to ${WHERE}");
  }
}
