package io.jpm.console.monit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PictureTest {
  private static final Size SIZE = new Size(20, 3);

  @Test
  void onlyChangedLinesAreSent() {
    var before = new Picture(SIZE, List.of("a", "b", "c"));
    var after = new Picture(SIZE, List.of("a", "x", "c"));
    assertThat(after.since(before)).isEqualTo("\u001b[2;1H\u001b[2Kx" + Picture.END);
    assertThat(after.since(after)).isEmpty();
  }

  @Test
  void changedSizeRedrawsEverything() {
    var before = new Picture(new Size(19, 3), List.of("a", "b", "c"));
    var after = new Picture(SIZE, List.of("a", "b", "c"));
    assertThat(after.since(before)).contains("\u001b[2J", "a", "b", "c").endsWith(Picture.END);
    assertThat(after.since(Picture.NONE)).contains("\u001b[2J", "\u001b[3;1H");
  }

  @Test
  void pictureHasAsManyLinesAsItsScreen() {
    assertThat(new Picture(SIZE, List.of("a")).lines()).containsExactly("a", "", "");
    assertThat(new Picture(SIZE, List.of("a", "b", "c", "d")).lines()).hasSize(3);
  }
}
