package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Hooks;
import io.jpm.model.Hooks.Exec;
import io.jpm.model.Hooks.HookEvent;
import io.jpm.model.Hooks.Webhook;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests the attribute `on`.
class HookAttributesTest {
  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
  }

  private Map<HookEvent, List<Hooks.Action>> on(String value) {
    AppsOutcome outcome = workspace.read("{\"script\": \"app\", \"on\": " + value + "}");
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst().hooks().actions();
  }

  private static Webhook webhook(String url) {
    return new Webhook(URI.create(url));
  }

  @Test
  void appWithoutHooksHasNoActions() {
    AppsOutcome outcome = workspace.read("{\"script\": \"app\", \"on\": null}");
    assertThat(outcome.apps().getFirst().hooks()).isEqualTo(Hooks.NONE);
  }

  @Test
  void listOfTextsIsOneCommand() {
    assertThat(on("{\"crash\": [\"/bin/page me\", \"--now\", 3]}"))
        .isEqualTo(
            Map.of(HookEvent.CRASH, List.of(new Exec(List.of("/bin/page me", "--now", "3")))));
  }

  @Test
  void textIsSplitIntoWords() {
    assertThat(on("{\"errored\": \"page 'the team' now\"}"))
        .isEqualTo(
            Map.of(HookEvent.ERRORED, List.of(new Exec(List.of("page", "the team", "now")))));
  }

  @Test
  void otherListsAreSeveralActions() {
    assertThat(
            on(
                """
                {"limit": [["a", "b"], {"webhook": "https://x.example/y?z=1"}, "c d", {"exec": "e"}],
                 "recovered": {"webhook": "http://[::1]:8080"}, "unhealthy": null}
                """))
        .isEqualTo(
            Map.of(
                HookEvent.LIMIT,
                List.of(
                    new Exec(List.of("a", "b")),
                    webhook("https://x.example/y?z=1"),
                    new Exec(List.of("c", "d")),
                    new Exec(List.of("e"))),
                HookEvent.RECOVERED,
                List.of(webhook("http://[::1]:8080"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                   | on: a list is not an object that maps events to commands",
        "{\"crashed\": \"x\"}                 | did you mean \"crash\"?",
        "{\"zzzzzzz\": \"x\"}                 | use crash, crash_looping, errored, unhealthy, recovered, limit",
        "{\"crash\": []}                      | on.crash: a list does not name a program",
        "{\"crash\": \" \"}                   | on.crash: \" \" does not name a program",
        "{\"crash\": 3}                       | on.crash: 3 is not a command or webhook",
        "{\"crash\": {}}                      | this object must have exactly one key",
        "{\"crash\": {\"webhok\": \"x\"}}     | did you mean \"webhook\"?",
        "{\"crash\": {\"webhook\": \"x/y\"}}  | on.crash.webhook: \"x/y\" is not a URL",
        "{\"crash\": {\"webhook\": \"ftp://x\"}}    | is not a URL: use http:// or https://",
        "{\"crash\": {\"webhook\": \"http://\"}}    | is not a URL",
        "{\"crash\": {\"webhook\": 3}}              | on.crash.webhook: 3 is not a URL",
        "{\"crash\": {\"webhook\": \"http://a:b@c\"}} | put a token in the path or query",
        "{\"crash\": [{\"webhook\": \"x\"}]}        | on.crash[0].webhook: \"x\" is not a URL",
      })
  void invalidHookIsRejectedWithTheExpectedForm(String value, String part) {
    AppsOutcome outcome = workspace.read("{\"script\": \"app\",\n\"on\": " + value + "}");
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome))
        .singleElement()
        .asString()
        .startsWith("ecosystem.json:2: ")
        .contains(part);
  }

  @Test
  void allProblemsAreReportedTogether() {
    AppsOutcome outcome =
        workspace.read("{\"script\": \"app\", \"on\": {\"crash\": 1, \"limit\": 2, \"what\": 3}}");
    assertThat(Workspace.messages(outcome)).hasSize(3);
  }
}
