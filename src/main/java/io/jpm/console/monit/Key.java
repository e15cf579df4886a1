package io.jpm.console.monit;

/// A key that was pressed.
public sealed interface Key {
  /// One that stands for a character, control characters too.
  ///
  /// @param point its code point
  record Typed(int point) implements Key {}

  /// One that stands for none.
  enum Named implements Key {
    UP,
    DOWN,
    LEFT,
    RIGHT,
    PAGE_UP,
    PAGE_DOWN,
    HOME,
    END,
    ENTER,
    TAB,
    BACKSPACE,
    ESCAPE,
    INTERRUPT
  }
}
