package io.jpm.config.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.ProcessFileReader;
import io.jpm.config.Workspace;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.values.Problem;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The section `deploy` of process files.
class DeployRulesTest {
  private static final String COMPLETE =
      """
      {"apps": [{"script": "app"}],
       "deploy": {
         "production": {
           "host": ["a.example", "b.example"], "user": "me", "port": "2222", "key": "~/.ssh/id",
           "ssh_options": "StrictHostKeyChecking=no", "forward-agent": "yes", "needs_tty": true,
           "repo": "git@example.org:x.git", "ref": "origin/main", "path": "/srv/it's", "fetch": "fast",
           "env": {"A": 1, "B": "$(x)"},
           "pre-deploy-local": "echo 1", "post-deploy": "npm ci && jpm reload all"
         },
         "staging": {"host": "c"}
       }}
      """;

  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
  }

  private Deployment.Outcome read(String name, String text, String environment) {
    workspace.file(name, text);
    return new ProcessFileReader(AppDefaults.PM2, ScriptEvaluator.NONE)
        .deployment(Path.of(name), environment, workspace.callerContext());
  }

  private List<String> problems(String text, String environment) {
    return read("e.json", text, environment).problems().stream().map(Problem::toString).toList();
  }

  @Test
  void everyKeyIsRead() {
    Deployment.Outcome outcome = read("e.json", COMPLETE, "production");
    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.warnings()).isEmpty();
    Deployment deployment = outcome.deployment().orElseThrow();
    assertThat(deployment.hosts()).containsExactly("a.example", "b.example");
    assertThat(deployment.login().user()).contains("me");
    assertThat(deployment.login().port()).hasValue(2222);
    assertThat(deployment.login().key()).contains("~/.ssh/id");
    assertThat(deployment.login().options()).containsExactly("StrictHostKeyChecking=no");
    assertThat(deployment.login().forwardAgent()).isTrue();
    assertThat(deployment.login().terminal()).isTrue();
    assertThat(deployment.repo()).isEqualTo("git@example.org:x.git");
    assertThat(deployment.ref()).isEqualTo("origin/main");
    assertThat(deployment.path()).isEqualTo("/srv/it's");
    assertThat(deployment.fast()).isTrue();
    assertThat(deployment.variables()).containsEntry("A", "1").containsEntry("B", "$(x)");
    assertThat(deployment.hooks())
        .containsOnlyKeys("pre-deploy-local", "post-deploy")
        .containsEntry("post-deploy", "npm ci && jpm reload all");
  }

  @Test
  void deploySectionIsReadFromPackageJsonAndYaml() {
    String section = "{\"live\":{\"host\":\"h\",\"repo\":\"r\",\"ref\":\"main\",\"path\":\"~/x\"}}";
    assertThat(read("package.json", "{\"pm2\":{\"deploy\":" + section + "}}", "live").deployment())
        .isPresent();
    assertThat(read("e.yaml", "deploy: " + section, "live").deployment()).isPresent();
  }

  @Test
  void missingKeyIsReportedWithItsLine() {
    assertThat(problems(COMPLETE, "staging"))
        .containsExactly(
            "e.json:10: deploy.staging: \"repo\" is missing: add it to this section",
            "e.json:10: deploy.staging: \"ref\" is missing: add it to this section",
            "e.json:10: deploy.staging: \"path\" is missing: add it to this section");
    assertThat(problems(COMPLETE, "live"))
        .containsExactly(
            "e.json:2: deploy: does not contain environment \"live\": it contains production, staging");
    assertThat(problems(COMPLETE, ""))
        .containsExactly(
            "e.json:2: deploy: specify an environment: the section contains production, staging");
    assertThat(problems("{\"apps\": []}", "live"))
        .containsExactly("e.json: does not contain a \"deploy\" section");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "host|\"-oProxyCommand=x\"|begins with a hyphen",
        "host|[]|the list is empty: add an entry, or remove the key",
        "user|\"-l root\"|begins with a hyphen",
        "repo|\"--upload-pack=x\"|begins with a hyphen",
        "ref|\"-f\"|begins with a hyphen",
        "ref|\"a\\nb\"|must not contain a line break",
        "ref|[]|is not text",
        "port|70000|is not a port",
        "path|\"srv\"|is not a path on the remote machine",
        "env|{\"A;touch x\": 1}|is not a valid shell variable name: use letters, digits and _",
        "env|3|is not an object",
        "post-deploy|[\"a\"]|is not a command",
      })
  void unsafeAndInvalidValuesAreRejected(String key, String value, String why) {
    String text =
        "{\"deploy\":{\"p\":{\"host\":\"h\",\"repo\":\"r\",\"ref\":\"main\",\"path\":\"/x\",\"%s\":%s}}}"
            .formatted(key, value)
            .replaceFirst("\"" + key + "\":\"[^\"]*\",(?=.*\"" + key + "\")", "");
    assertThat(problems(text, "p"))
        .singleElement()
        .asString()
        .contains("deploy.p." + key)
        .contains(why);
  }

  @Test
  void unknownKeyIsAWarningWithASuggestion() {
    String text = COMPLETE.replace("\"pre-deploy-local\"", "\"pre-deploy-locale\"");
    assertThat(read("e.json", text, "production").warnings())
        .singleElement()
        .asString()
        .contains("did you mean \"pre-deploy-local\"?");
  }

  @Test
  void postUpdateCommandsAreThoseOfTheNamedApp() {
    workspace.file(
        "process.json",
        "{\"apps\":[{\"name\":\"a\",\"post_update\":[\"x\",\"y\"]},{\"name\":\"b\"},{\"name\":\"c\",\"post_update\":[3]}]}");
    var reader = new ProcessFileReader(AppDefaults.PM2, ScriptEvaluator.NONE);
    Path file = Path.of("process.json");
    assertThat(reader.postUpdate(file, "a", workspace.callerContext()).commands())
        .containsExactly("x", "y");
    assertThat(reader.postUpdate(file, "b", workspace.callerContext()).commands()).isEmpty();
    assertThat(reader.postUpdate(file, "z", workspace.callerContext()).commands()).isEmpty();
    assertThat(reader.postUpdate(file, "c", workspace.callerContext()).problems())
        .singleElement()
        .asString()
        .contains("3 is not a command");
  }
}
