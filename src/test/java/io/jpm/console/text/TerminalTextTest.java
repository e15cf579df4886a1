package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TerminalTextTest {
  private static final String RED = "\u001b[31m";
  private static final String RESET = "\u001b[0m";

  @Test
  void plainTextAndTabsStay() {
    assertThat(TerminalText.colored("a\tgrüße 日本")).isEqualTo("a\tgrüße 日本");
  }

  @Test
  void coloursStayAndEndWithTheLine() {
    assertThat(TerminalText.colored(RED + "no")).isEqualTo(RED + "no" + RESET);
    assertThat(TerminalText.colored("\u001b[38;5;200mx\u001b[38:2::1:2:3my"))
        .isEqualTo("\u001b[38;5;200mx\u001b[38:2::1:2:3my" + RESET);
  }

  @Test
  void whatSteersTheTerminalGoes() {
    assertThat(TerminalText.colored("a\u001b[2J\u001b[1;1Hb")).isEqualTo("ab");
    assertThat(TerminalText.colored("a\u001b]0;title\u0007b\u001b]52;c;eA==\u001b\\c"))
        .isEqualTo("abc");
    assertThat(TerminalText.colored("a\u001bPq#0\u001b\\b\u001bcc\u001b(0d")).isEqualTo("abcd");
    assertThat(TerminalText.colored("a\r\b\u0007b\u007f")).isEqualTo("ab");
    assertThat(TerminalText.colored("\u001b[?1049hx\u001b[>4;2my")).isEqualTo("xy");
  }

  @Test
  void eightBitFormsGoToo() {
    assertThat(TerminalText.colored("a\u009b2Jb\u009d0;t\u009cc\u0085d")).isEqualTo("abcd");
  }

  @Test
  void unfinishedSequencesTakeNothingWithThem() {
    assertThat(TerminalText.colored("a\u001b")).isEqualTo("a");
    assertThat(TerminalText.colored("a\u001b[12")).isEqualTo("a");
    assertThat(TerminalText.colored("a\u001b]0;open")).isEqualTo("a");
    assertThat(TerminalText.colored("a\u001b]0;t" + RED + "b")).isEqualTo("a" + RED + "b" + RESET);
  }

  @Test
  void visibleSpellsControlsOut() {
    assertThat(TerminalText.visible("a\n\u001b[31m\tb\u009b")).isEqualTo("a\\n\\x1b[31m\\tb\\x9b");
    assertThat(TerminalText.visible("grüße")).isEqualTo("grüße");
  }
}
