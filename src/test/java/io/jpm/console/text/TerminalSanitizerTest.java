package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TerminalSanitizerTest {
  private static final String RED = "\u001b[31m";
  private static final String RESET = "\u001b[0m";

  @Test
  void plainTextAndTabsAreKept() {
    assertThat(TerminalSanitizer.colored("a\tgrüße 日本")).isEqualTo("a\tgrüße 日本");
  }

  @Test
  void colorsAreKeptAndResetAtTheEndOfTheLine() {
    assertThat(TerminalSanitizer.colored(RED + "no")).isEqualTo(RED + "no" + RESET);
    assertThat(TerminalSanitizer.colored("\u001b[38;5;200mx\u001b[38:2::1:2:3my"))
        .isEqualTo("\u001b[38;5;200mx\u001b[38:2::1:2:3my" + RESET);
  }

  @Test
  void controlSequencesAreRemoved() {
    assertThat(TerminalSanitizer.colored("a\u001b[2J\u001b[1;1Hb")).isEqualTo("ab");
    assertThat(TerminalSanitizer.colored("a\u001b]0;title\u0007b\u001b]52;c;eA==\u001b\\c"))
        .isEqualTo("abc");
    assertThat(TerminalSanitizer.colored("a\u001bPq#0\u001b\\b\u001bcc\u001b(0d"))
        .isEqualTo("abcd");
    assertThat(TerminalSanitizer.colored("a\r\b\u0007b\u007f")).isEqualTo("ab");
    assertThat(TerminalSanitizer.colored("\u001b[?1049hx\u001b[>4;2my")).isEqualTo("xy");
  }

  @Test
  void eightBitControlSequencesAreRemoved() {
    assertThat(TerminalSanitizer.colored("a\u009b2Jb\u009d0;t\u009cc\u0085d")).isEqualTo("abcd");
  }

  @Test
  void incompleteSequencesRemoveNoText() {
    assertThat(TerminalSanitizer.colored("a\u001b")).isEqualTo("a");
    assertThat(TerminalSanitizer.colored("a\u001b[12")).isEqualTo("a");
    assertThat(TerminalSanitizer.colored("a\u001b]0;open")).isEqualTo("a");
    assertThat(TerminalSanitizer.colored("a\u001b]0;t" + RED + "b"))
        .isEqualTo("a" + RED + "b" + RESET);
  }

  @Test
  void visibleEscapesControlCharacters() {
    assertThat(TerminalSanitizer.visible("a\n\u001b[31m\tb\u009b"))
        .isEqualTo("a\\n\\x1b[31m\\tb\\x9b");
    assertThat(TerminalSanitizer.visible("grüße")).isEqualTo("grüße");
  }
}
