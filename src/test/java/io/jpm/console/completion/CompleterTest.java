package io.jpm.console.completion;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.Instances;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.completion.Completion.Candidate;
import io.jpm.console.completion.Completion.Files;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests the candidates that TAB offers. In the tables the last word of a line is the one at the
/// cursor; `^` is an empty word.
class CompleterTest {
  private static final List<InstanceView> LISTED =
      List.of(
          Instances.online(0, Instances.spec("web", 2), 0),
          Instances.online(1, Instances.spec("web", 2), 1),
          Instances.stopped(2, "api"),
          Instances.online(13, Instances.spec("my app:x", 1, "back end"), 0));

  @TempDir Path dir;

  private Completion complete(String line) {
    List<String> words =
        Arrays.stream(line.split(" ", -1)).map(word -> word.equals("^") ? "" : word).toList();
    return new Completer(LISTED, new FileVariants(dir))
        .complete(words.subList(0, words.size() - 1), words.getLast());
  }

  private String words(String line) {
    return complete(line).candidates().stream()
        .map(Candidate::word)
        .collect(Collectors.joining("|"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "restar ; restart",
        "de ; delete|describe|deploy",
        "des ; describe",
        "sho ; show",
        "help relo ; reload|reloadLogs",
        "--silent sto ; stop",
        "frobnicate ^ ; ''",
        "--hel ; --help",
        "stop --on ; --only",
        "stop --spa ; ''",
        "start app.js --nam ; --name|--namespace",
        "start --name ^ ; ''",
        "start --name web --strategy ^ ; kernel|round_robin|least_conn|ip_hash",
        "start --strategy=l ; --strategy=least_conn",
        "start --balance p ; proxy",
        "start --restart on ; on-failure",
        "start --log-type ^ ; raw|json",
        "start --namespace b ; back end",
        "ls --sort memory: ; memory:desc",
        "ls --sort=up ; --sort=uptime|--sort=uptime:desc",
        "stop --only api,w ; api,web",
        "stop --only=w ; --only=web",
        "stop --only web,w ; ''",
        "completion ^ ; bash|zsh|fish|install|uninstall",
        "completion install f ; fish",
        "token ^ ; create|rotate|ls|revoke",
        "audit ^ ; verify",
        "web ^ ; stop|status",
        "init s ; simple",
        "sendSignal SIGU ; SIGUSR1|SIGUSR2|SIGURG",
        "sendSignal SIGHUP w ; web",
        "scale web m ; max",
        "scale web 2 ^ ; ''",
        "kill ^ ; ''",
        "start app.js -- ^ ; ''",
      })
  void commandsOptionsAndValuesAreOffered(String line, String expected) {
    assertThat(words(line)).isEqualTo(expected);
  }

  @Test
  void hyphenOffersEveryOptionOfTheCommand() {
    assertThat(words("stop -"))
        .isEqualTo("--only|--watch|--attach|-s|--silent|--no-color|-h|--help");
    assertThat(words("save --f")).isEqualTo("--force");
    assertThat(complete("stop --o").candidates())
        .containsExactly(new Candidate("--only", VerbOption.ONLY.description()));
  }

  @Test
  void everyCommandIsOfferedOnceUnderItsMainName() {
    List<String> all = new ArrayList<>(List.of(words("^").split("\\|")));
    assertThat(all).doesNotHaveDuplicates().contains("ls", "help").doesNotContain("list", "ps");
    assertThat(all).hasSize(Verb.values().length + 1);
  }

  @Test
  void namesAndNamespacesAreOfferedAndIdsAfterADigit() {
    assertThat(words("restart ^")).isEqualTo("api|my app:x|web|back end|all");
    assertThat(complete("restart ^").candidates())
        .contains(new Candidate("web", "2 online"), new Candidate("api", "1 stopped"));
    assertThat(complete("restart 1").candidates())
        .containsExactly(new Candidate("1", "web"), new Candidate("13", "my app:x"));
    assertThat(words("restart web a")).isEqualTo("api|all");
  }

  @ParameterizedTest
  @CsvSource({
    "start ^, FILES",
    "start w, FILES",
    "restart w, NONE",
    "restart eco, FILES",
    "plan ^, FILES",
    "serve ^, DIRECTORIES",
    "serve dist ^, NONE",
    "start x --output ^, FILES",
    "start x --output=lo, FILES",
    "start x --cwd ^, DIRECTORIES",
    "start x --watch ^, FILES",
    "start x -- ^, FILES",
    "describe ^, NONE",
    "kill ^, NONE"
  })
  void filesAreOfferedWhereTheyAreExpected(String line, Files expected) {
    assertThat(complete(line).files()).isEqualTo(expected);
  }

  @Test
  void environmentsAreReadFromTheTextOfTheProcessFile() throws IOException {
    java.nio.file.Files.writeString(
        dir.resolve("a.config.js"),
        "throw new Error('must not run'); apps: [{ env_file: 'x', env_production: {}, \"env_test\": {} }]");
    java.nio.file.Files.writeString(
        dir.resolve("b.yaml"), "apps:\n  - name: x\n    env_staging:\n      A: 1\n");
    assertThat(words("start a.config.js --env ^")).isEqualTo("production|test");
    assertThat(words("start a.config.js b.yaml --env=s")).isEqualTo("--env=staging");
    assertThat(words("start nowhere.json --env ^")).isEmpty();
  }

  @Test
  void descriptionsFollowATab() {
    assertThat(complete("restart we").described()).isEqualTo("none\nweb\t2 online\n");
    assertThat(complete("restart we").plain()).isEqualTo("web\n");
    assertThat(complete("start --output ^").described()).isEqualTo("files\n");
  }
}
