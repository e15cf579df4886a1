package io.jpm.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// TAB completion in real shells.
@Timeout(180)
class CompletionIT extends EndToEndTestBase {
  private void startApps() throws IOException {
    jpm.run("start", "sleep 1000", "--name", "web", "-i", "2").ok();
    jpm.run("start", "sleep 1000", "--name", "my app:x", "--namespace", "back end").ok();
    jpm.run("start", "sleep 1000", "--name", "worker@1").ok();
    Files.writeString(jpm.work().resolve("file one.js"), "");
    Files.writeString(
        jpm.work().resolve("eco.json"), "{\"apps\": [{\"script\": \"x\", \"env_test\": {}}]}");
    Files.createDirectories(jpm.work().resolve("sub"));
  }

  private Path script(String shell) throws IOException {
    Path file = jpm.work().resolve("completion." + shell);
    Files.writeString(file, jpm.run("completion", shell).ok().out());
    return file;
  }

  private static String path() {
    return Jpm.ROOT.resolve("bin") + ":" + System.getenv("PATH");
  }

  private void endDaemon() {
    jpm.run("kill").ok();
    Eventually.await("the daemon is gone", Jpm.LONG, () -> jpm.liveProcesses().isEmpty());
  }

  // Requests of the shells

  @Test
  void candidatesArePrintedAsPm2PrintsThem() throws Exception {
    startApps();
    Map<String, String> atTheCursor =
        Map.of("COMP_CWORD", "2", "COMP_LINE", "pm2 restart w", "COMP_POINT", "13");
    Jpm.Result result =
        Jpm.finish(jpm.begin(atTheCursor, "completion", "--", "pm2", "restart", "w"));
    assertThat(result.ok().out()).isEqualTo("web\nworker@1\n");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void completionStartsNoDaemon() throws Exception {
    Jpm.Result result = jpm.run("completion", "--", "jpm", "restart", "w");
    assertThat(result.ok().out()).isEmpty();
    assertThat(result.err()).isEmpty();
    assertThat(jpm.home()).doesNotExist();
  }

  // bash

  /// Returns the words that bash would offer for each line. Like bash, the driver splits the line
  /// at `=`, `:` and `@`.
  private List<String> bash(Path script, String... lines) throws IOException {
    String driver =
        """
        . "$1"
        shift
        for COMP_LINE; do
          COMP_POINT=${#COMP_LINE} COMP_WORDS=() word='' quote=''
          for ((i = 0; i < COMP_POINT; i++)); do
            char=${COMP_LINE:i:1}
            if [[ $quote || $char == [\\"\\'] ]]; then
              word+=$char
              if [[ ! $quote ]]; then quote=$char; elif [[ $char == "$quote" ]]; then quote=''; fi
            elif [[ $char == \\\\ ]]; then
              word+=${COMP_LINE:i:2} && ((++i))
            elif [[ $char == ' ' ]]; then
              [[ ! $word ]] || COMP_WORDS+=("$word")
              word=''
            elif [[ $char == [=:@] ]]; then
              [[ ! $word ]] || COMP_WORDS+=("$word")
              COMP_WORDS+=("$char")
              word=''
            else
              word+=$char
            fi
          done
          last=${COMP_WORDS[${#COMP_WORDS[@]} - 1]}
          [[ ! $word && $last == [=:@] && $COMP_LINE != *' ' ]] || COMP_WORDS+=("$word")
          COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
          _jpm "$JPM_TYPED"
          (IFS='|' && printf '%s\\n' "${COMPREPLY[*]}")
        done
        """;
    Files.writeString(jpm.work().resolve("driver.sh"), driver);
    var words =
        Stream.concat(Stream.of("bash", "driver.sh", script.toString()), Arrays.stream(lines))
            .toList();
    Jpm.Result result =
        jpm.shell(words, Map.of("JPM_TYPED", Jpm.ROOT.resolve("bin/jpm").toString()));
    assertThat(result.ok().err()).isEmpty();
    return result.out().lines().toList();
  }

  @Test
  void bashCompletesNamesThatTheDaemonKnows() throws Exception {
    startApps();
    assertThat(
            bash(
                script("bash"),
                "jpm resta",
                "jpm restart w",
                "jpm restart my",
                "jpm restart \"my a",
                "jpm restart 'my app:",
                "jpm restart my\\ app:",
                "jpm restart worker@",
                "jpm restart back",
                "jpm start --strategy=l",
                "jpm start --strategy l",
                "jpm ls --sort memory:",
                "jpm start eco.json --env ",
                "jpm scale web ",
                "jpm serve s",
                "jpm start file",
                "jpm kill x"))
        .containsExactly(
            "restart",
            "web|worker@1",
            "my\\ app:x",
            "my app:x",
            "my app:x",
            "x",
            "1",
            "back\\ end",
            "least_conn",
            "least_conn",
            "desc",
            "test",
            "max",
            "sub",
            "", // files: left to bash itself
            "");
  }

  @Test
  @Tag("slow")
  void bashCompletesCommandsAndOptionsWithoutADaemon() throws Exception {
    Path script = script("bash");
    endDaemon();
    assertThat(bash(script, "jpm resta", "jpm list --sor", "jpm restart w", "jpm --he"))
        .containsExactly("restart", "--sort", "", "--help");
    assertThat(jpm.liveProcesses()).isEmpty();
  }

  @Test
  @Tag("slow")
  void installedCompletionIsLoadedByANewShell() throws Exception {
    Path startup = jpm.home().resolveSibling(".bashrc");
    Jpm.Result first =
        Jpm.finish(jpm.begin(Map.of("SHELL", "/bin/bash"), "completion", "install")).ok();
    assertThat(first.out())
        .isEqualTo(
            """
            [jpm] Wrote %1$s/completion.bash
            [jpm] %2$s now loads the completion script
            [jpm] Completion is available in new shells; to remove it, run jpm completion uninstall
            """
                .formatted(jpm.home(), startup));
    String once = Files.readString(startup);
    jpm.run("completion", "install", "bash").ok();
    assertThat(startup).content().isEqualTo(once);
    Jpm.Result shell =
        jpm.shell(
            List.of("bash", "--rcfile", startup.toString(), "-i", "-c", "complete -p jpm"),
            Map.of());
    assertThat(shell.ok().out()).isEqualTo("complete -o default -F _jpm jpm\n");
    jpm.run("completion", "uninstall", "bash").ok();
    assertThat(startup).content().isEmpty();
    assertThat(jpm.home().resolve("completion.bash")).doesNotExist();
  }

  @Test
  @Tag("slow")
  void unsupportedShellIsReported() throws Exception {
    Jpm.Result result = Jpm.finish(jpm.begin(Map.of("SHELL", "/bin/dash"), "completion")).failed();
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualTo(
            "[jpm][ERROR] SHELL is \"/bin/dash\", but completion supports only bash, zsh and fish: name one of them in the command\n");
    assertThat(jpm.run("completion", "csh").failed().err())
        .startsWith("[jpm][ERROR] \"csh\" is not a supported shell: use ");
  }

  // zsh and fish

  @Test
  @Tag("slow")
  @Needs(Need.ZSH)
  void zshCompletesAtItsPrompt() throws Exception {
    startApps();
    Path script = script("zsh");
    String driver =
        """
        zmodload zsh/zpty
        type_it() {
          zpty shell zsh -f -i
          zpty -w shell "PS1='> '; unset zle_bracketed_paste; . $1; print -n rea; print dy"
          zpty -r shell seen '*ready*'
          zpty -w -n shell "$2"$'\\t'
          zpty -r shell seen "*$3*"
          print -r -- "$3"
          zpty -d shell
        }
        type_it $1 'jpm resta' 'restart'
        type_it $1 'jpm restart wo' 'worker@1'
        type_it $1 'jpm restart my' 'my\\\\ app:x'
        type_it $1 'jpm restart "my' 'my app:x"'
        type_it $1 'jpm start --strategy=l' 'least_conn'
        type_it $1 'jpm start file' 'one.js'
        """;
    Files.writeString(jpm.work().resolve("driver.zsh"), driver);
    Jpm.Result result =
        jpm.shell(
            List.of("timeout", "90", "zsh", "-f", "driver.zsh", script.toString()),
            Map.of("PATH", path(), "TERM", "dumb"));
    assertThat(result.ok().out().lines()).hasSize(6);
  }

  @Test
  @Tag("slow")
  @Needs(Need.FISH)
  void fishCompletesWithDescriptions() throws Exception {
    startApps();
    Path script = script("fish");
    String driver =
        """
        source $argv[1]
        for line in 'jpm resta' 'jpm restart w' 'jpm restart my' 'jpm restart "my' 'jpm start --strategy=l' \
            'jpm start eco.json --env ' 'jpm scale web '
            complete -C $line
        end
        """;
    Files.writeString(jpm.work().resolve("driver.fish"), driver);
    List<String> command = List.of("fish", "-N", "driver.fish", script.toString());
    assertThat(jpm.shell(command, Map.of("PATH", path())).ok().out())
        .isEqualTo(
            """
            restart\trestart apps
            web\t2 online
            worker@1\t1 online
            my app:x\t1 online
            my app:x\t1 online
            --strategy=least_conn
            test
            max
            """);
    endDaemon();
    assertThat(jpm.shell(command, Map.of("PATH", path())).ok().out()).startsWith("restart\n");
    assertThat(jpm.liveProcesses()).isEmpty();
  }
}
