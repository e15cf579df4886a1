package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.monit.Key.Named;
import io.jpm.console.monit.Key.Typed;
import io.jpm.model.process.InstanceId;
import java.util.List;
import java.util.Optional;

/// The view settings that the user changes with keys: selection, filter, sort order and log
/// position.
///
/// Not thread-safe: confined to one session.
public final class MonitSettings {
  private static final int LONGEST_INPUT = 100;

  private final LogScroll log = new LogScroll();
  private Optional<InstanceId> selected = Optional.empty();
  private int index;
  private boolean inLog;
  private Mode mode = Mode.BROWSE;
  private String filter = "";
  private String before = "";
  private SortOrder sortOrder = SortOrder.NAME;
  private Optional<MonitAction> unconfirmed = Optional.empty();
  private String notice = "";

  /// The input mode, which determines the effect of keys.
  enum Mode {
    /// Keys control the list or the log.
    BROWSE,
    /// The user edits the filter for app names.
    FILTER,
    /// The user edits the search text for the log.
    SEARCH,
    /// The user answers a confirmation question.
    CONFIRM,
    /// The help is displayed.
    HELP
  }

  /// Filters and sorts the rows. The selected instance remains selected as long as it is listed. If
  /// it disappears, the instance that takes its row is selected.
  public MonitFrame arrange(MonitData monitData, Size size) {
    MonitFrame monitFrame = MonitFrame.of(monitData, filter, sortOrder, size);
    int found = monitFrame.indexOf(selected);
    index = found >= 0 ? found : Math.clamp(index, 0, Math.max(0, monitFrame.rows().size() - 1));
    select(monitFrame, index);
    return monitFrame;
  }

  /// Changes the settings according to the pressed key.
  ///
  /// @param monitFrame the frame that was displayed when the key was pressed
  /// @return the action to execute; empty if there is none
  public Optional<MonitAction> press(Key key, MonitFrame monitFrame) {
    if (key == Named.INTERRUPT) {
      return Optional.of(new MonitAction.Quit());
    }
    return switch (mode) {
      case BROWSE -> browse(key, monitFrame);
      case FILTER, SEARCH -> typing(key, monitFrame);
      case CONFIRM -> confirm(key);
      case HELP -> {
        mode = Mode.BROWSE;
        yield Optional.empty();
      }
    };
  }

  private Optional<MonitAction> browse(Key key, MonitFrame monitFrame) {
    notice = "";
    return switch (key) {
      case Typed(int point) -> typed(point, monitFrame);
      case Named named -> move(named, monitFrame);
    };
  }

  private Optional<MonitAction> move(Named key, MonitFrame monitFrame) {
    if (inLog && scrolled(key, monitFrame)) {
      return Optional.empty();
    }
    int page = Math.max(1, monitFrame.layout().listRows() - 1);
    switch (key) {
      case UP -> select(monitFrame, index - 1);
      case DOWN -> select(monitFrame, index + 1);
      case PAGE_UP -> select(monitFrame, index - page);
      case PAGE_DOWN -> select(monitFrame, index + page);
      case HOME -> select(monitFrame, 0);
      case END -> select(monitFrame, monitFrame.rows().size() - 1);
      case TAB -> inLog = !inLog;
      case ESCAPE -> {
        return escape();
      }
      case LEFT, RIGHT, ENTER, BACKSPACE, INTERRUPT -> {}
    }
    return Optional.empty();
  }

  private boolean scrolled(Named key, MonitFrame monitFrame) {
    MonitLogTail tail = monitFrame.monitData().log();
    int height = monitFrame.layout().logRows();
    switch (key) {
      case UP -> log.scroll(tail, height, 1);
      case DOWN -> log.scroll(tail, height, -1);
      case PAGE_UP -> log.scroll(tail, height, height - 1L);
      case PAGE_DOWN -> log.scroll(tail, height, 1L - height);
      case HOME -> log.toBegin(tail, height);
      case END -> log.toEnd();
      case LEFT -> log.aside(-1);
      case RIGHT -> log.aside(1);
      case TAB, ENTER, BACKSPACE, ESCAPE, INTERRUPT -> {
        return false;
      }
    }
    return true;
  }

  /// Does the first of these that applies: leaves the log, clears the search text, clears the
  /// filter, closes the screen.
  private Optional<MonitAction> escape() {
    if (inLog) {
      inLog = false;
    } else if (!log.search().isEmpty()) {
      log.search("");
    } else if (!filter.isEmpty()) {
      filter = "";
    } else {
      return Optional.of(new MonitAction.Quit());
    }
    return Optional.empty();
  }

  private Optional<MonitAction> typed(int point, MonitFrame monitFrame) {
    switch (point) {
      case 'k' -> move(Named.UP, monitFrame);
      case 'j' -> move(Named.DOWN, monitFrame);
      case 'g' -> move(Named.HOME, monitFrame);
      case 'G' -> move(Named.END, monitFrame);
      case 'p', ' ' -> log.toggle(monitFrame.monitData().log());
      case '/' -> open(Mode.FILTER, filter);
      case 'f' -> open(Mode.SEARCH, log.search());
      case 'n' -> find(monitFrame, true);
      case 'N' -> find(monitFrame, false);
      case 'c' -> {
        sortOrder = sortOrder.next();
        notice = "sorted by " + sortOrder.word();
      }
      case '?', 'h' -> mode = Mode.HELP;
      case 'q', 'Q' -> {
        return Optional.of(new MonitAction.Quit());
      }
      default -> {
        return selectedIn(monitFrame)
            .flatMap(instance -> wanted(point, instance))
            .flatMap(this::ask);
      }
    }
    return Optional.empty();
  }

  private Optional<MonitAction> wanted(int point, InstanceView instance) {
    return switch (point) {
      case 'r' -> Optional.of(new MonitAction.Restart(instance.id(), instance.spec().name()));
      case 'R' -> Optional.of(new MonitAction.Reload(instance.spec().name()));
      case 's' -> Optional.of(MonitAction.toggled(instance));
      case '+', '=' -> scaled(instance, 1);
      case '-' -> scaled(instance, -1);
      default -> Optional.empty();
    };
  }

  private Optional<MonitAction> scaled(InstanceView instance, int by) {
    if (instance.spec().cluster().enabled()) {
      return Optional.of(new MonitAction.Scale(instance.spec().name(), by));
    }
    notice =
        "%s is not in cluster mode: run jpm scale to change the number of instances"
            .formatted(instance.spec().name());
    return Optional.empty();
  }

  private Optional<MonitAction> ask(MonitAction monitAction) {
    if (monitAction.question().isEmpty()) {
      return Optional.of(monitAction);
    }
    unconfirmed = Optional.of(monitAction);
    mode = Mode.CONFIRM;
    return Optional.empty();
  }

  private Optional<MonitAction> confirm(Key key) {
    Optional<MonitAction> monitAction = unconfirmed;
    unconfirmed = Optional.empty();
    mode = Mode.BROWSE;
    if (key instanceof Typed(int point) && (point == 'y' || point == 'Y')) {
      return monitAction;
    }
    notice = "canceled";
    return Optional.empty();
  }

  private void open(Mode editing, String text) {
    mode = editing;
    before = text;
  }

  private Optional<MonitAction> typing(Key key, MonitFrame monitFrame) {
    switch (key) {
      case Typed(int point) -> {
        if (input().length() < LONGEST_INPUT) {
          change(input() + Character.toString(point));
        }
      }
      case Named named -> edit(named, monitFrame);
    }
    return Optional.empty();
  }

  private void edit(Named key, MonitFrame monitFrame) {
    String text = input();
    boolean searching = mode == Mode.SEARCH && !text.isEmpty();
    switch (key) {
      case BACKSPACE -> {
        if (text.isEmpty()) {
          mode = Mode.BROWSE;
        } else {
          change(text.substring(0, text.offsetByCodePoints(text.length(), -1)));
        }
      }
      case ESCAPE -> {
        change(before);
        mode = Mode.BROWSE;
      }
      case ENTER -> {
        mode = Mode.BROWSE;
        if (searching) {
          find(monitFrame, true);
        }
      }
      case UP, DOWN, LEFT, RIGHT, PAGE_UP, PAGE_DOWN, HOME, END, TAB, INTERRUPT -> {}
    }
  }

  private void change(String text) {
    if (mode == Mode.FILTER) {
      filter = text;
    } else {
      log.search(text);
    }
  }

  private void find(MonitFrame monitFrame, boolean above) {
    if (log.search().isEmpty()) {
      notice = "no search text: press f to search the log";
    } else if (!log.find(monitFrame.monitData().log(), monitFrame.layout().logRows(), above)) {
      notice = "no %s line contains \"%s\"".formatted(above ? "earlier" : "later", log.search());
    }
  }

  private void select(MonitFrame monitFrame, int wanted) {
    Optional<InstanceId> last = selected;
    index = Math.clamp(wanted, 0, Math.max(0, monitFrame.rows().size() - 1));
    selected = selectedIn(monitFrame).map(InstanceView::id);
    if (!selected.equals(last)) {
      log.reset();
    }
  }

  /// Returns the selected instance; empty if none is listed.
  public Optional<InstanceView> selectedIn(MonitFrame monitFrame) {
    return index < monitFrame.rows().size()
        ? Optional.of(monitFrame.rows().get(index))
        : Optional.empty();
  }

  /// Returns the index of the first visible row, chosen so that the selected row is in the middle
  /// if possible.
  int top(MonitFrame monitFrame) {
    int height = monitFrame.layout().listRows();
    return Math.clamp(index - height / 2L, 0, Math.max(0, monitFrame.rows().size() - height));
  }

  /// Returns the visible rows.
  public List<InstanceView> visible(MonitFrame monitFrame) {
    int top = top(monitFrame);
    return monitFrame
        .rows()
        .subList(top, Math.min(monitFrame.rows().size(), top + monitFrame.layout().listRows()));
  }

  /// Shows a message in the last line until the next key press.
  public void showNotice(String sentence) {
    notice = sentence;
  }

  int index() {
    return index;
  }

  boolean inLog() {
    return inLog;
  }

  Mode mode() {
    return mode;
  }

  String filter() {
    return filter;
  }

  /// Returns the text being typed.
  String input() {
    return mode == Mode.FILTER ? filter : log.search();
  }

  SortOrder sortOrder() {
    return sortOrder;
  }

  LogScroll log() {
    return log;
  }

  Optional<MonitAction> unconfirmed() {
    return unconfirmed;
  }

  String notice() {
    return notice;
  }
}
