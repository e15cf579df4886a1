package io.jpm.e2e.console;

import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/// A terminal with a shell in it, as a user has it. It is a tmux server of its own, which ends with
/// the test.
final class Tmux implements AutoCloseable {
  private final Jpm jpm;
  private final String socket = "jpm-" + UUID.randomUUID();

  Tmux(Jpm jpm, int cols, int rows) throws IOException {
    this.jpm = jpm;
    jpm.environment("TMUX_TMPDIR", jpm.work().toString());
    jpm.environment("LC_ALL", "C.UTF-8");
    run(
        "new-session",
        "-d",
        "-x",
        Integer.toString(cols),
        "-y",
        Integer.toString(rows),
        "exec env PS1='shell> ' bash --norc --noprofile");
    await("the shell is ready", screen -> screen.contains("shell>"));
  }

  private String run(String... words) {
    List<String> command = new ArrayList<>(List.of("tmux", "-u", "-L", socket, "-f", "/dev/null"));
    command.addAll(List.of(words));
    try {
      return jpm.shell(command, Map.of()).ok().out();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Types a line into the shell. The word `jpm` in it runs the real `bin/jpm`.
  void enterLine(String text) {
    type(text.replace("jpm ", Jpm.ROOT.resolve("bin/jpm") + " "));
    press("Enter");
  }

  /// Types characters literally.
  void type(String text) {
    run("send-keys", "-l", text);
  }

  /// Presses keys, given by the names that tmux has for them.
  void press(String... keys) {
    List<String> words = new ArrayList<>(List.of("send-keys"));
    words.addAll(List.of(keys));
    run(words.toArray(String[]::new));
  }

  void resize(int cols, int rows) {
    run("resize-window", "-x", Integer.toString(cols), "-y", Integer.toString(rows));
  }

  /// Returns the text on the screen.
  String screen() {
    return run("capture-pane", "-p");
  }

  /// Returns the text on the screen with the escape sequences of its colors.
  String colors() {
    return run("capture-pane", "-p", "-e");
  }

  /// Reports whether a program uses the alternate screen of the terminal.
  boolean isOnAlternateScreen() {
    return run("display-message", "-p", "#{alternate_on}").strip().equals("1");
  }

  boolean isCursorShown() {
    return run("display-message", "-p", "#{cursor_flag}").strip().equals("1");
  }

  /// Returns the title that programs have given the terminal.
  String title() {
    return run("display-message", "-p", "#{pane_title}").strip();
  }

  void await(String what, Predicate<String> condition) {
    Eventually.await(what, Jpm.LONG, () -> condition.test(screen()), this::screen);
  }

  /// Waits for a line that contains all these words.
  void awaitLine(String... words) {
    await(
        "a line with " + String.join(", ", words),
        screen ->
            screen.lines().anyMatch(line -> List.of(words).stream().allMatch(line::contains)));
  }

  @Override
  public void close() {
    run("kill-server");
    Eventually.await(
        "tmux and what ran in it have ended",
        Jpm.LONG,
        () ->
            jpm.liveProcesses().stream()
                .noneMatch(
                    process -> process.contains(socket) || process.contains("bin/jpm monit")));
  }
}
