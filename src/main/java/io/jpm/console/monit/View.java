package io.jpm.console.monit;

import io.jpm.bus.InstanceView;
import io.jpm.console.monit.Key.Named;
import io.jpm.console.monit.Key.Typed;
import io.jpm.model.InstanceId;
import java.util.List;
import java.util.Optional;

/// What the user has chosen to see, as keys change it.
///
/// Not thread-safe: owned by one session.
public final class View {
  private static final int LONGEST_INPUT = 100;

  private final LogView log = new LogView();
  private Optional<InstanceId> selected = Optional.empty();
  private int index;
  private boolean inLog;
  private Mode mode = Mode.BROWSE;
  private String filter = "";
  private String before = "";
  private Sorting sorting = Sorting.NAME;
  private Optional<Order> unconfirmed = Optional.empty();
  private String notice = "";

  /// Whom keys concern.
  enum Mode {
    /// The list or the log.
    BROWSE,
    /// The name that apps are filtered by.
    FILTER,
    /// What is searched in the log.
    SEARCH,
    /// A question.
    CONFIRM,
    /// The list of keys.
    HELP
  }

  /// Apps and places as this view has them. What is selected stays selected while it is listed;
  /// else the one in its place is.
  public Scene arrange(World world, Size size) {
    Scene scene = Scene.of(world, filter, sorting, size);
    int found = scene.indexOf(selected);
    index = found >= 0 ? found : Math.clamp(index, 0, Math.max(0, scene.rows().size() - 1));
    select(scene, index);
    return scene;
  }

  /// Takes a key.
  ///
  /// @param scene as it is shown
  /// @return what is to be done
  public Optional<Order> press(Key key, Scene scene) {
    if (key == Named.INTERRUPT) {
      return Optional.of(new Order.Quit());
    }
    return switch (mode) {
      case BROWSE -> browse(key, scene);
      case FILTER, SEARCH -> typing(key, scene);
      case CONFIRM -> confirm(key);
      case HELP -> {
        mode = Mode.BROWSE;
        yield Optional.empty();
      }
    };
  }

  private Optional<Order> browse(Key key, Scene scene) {
    notice = "";
    return switch (key) {
      case Typed(int point) -> typed(point, scene);
      case Named named -> move(named, scene);
    };
  }

  private Optional<Order> move(Named key, Scene scene) {
    if (inLog && scrolled(key, scene)) {
      return Optional.empty();
    }
    int page = Math.max(1, scene.layout().listRows() - 1);
    switch (key) {
      case UP -> select(scene, index - 1);
      case DOWN -> select(scene, index + 1);
      case PAGE_UP -> select(scene, index - page);
      case PAGE_DOWN -> select(scene, index + page);
      case HOME -> select(scene, 0);
      case END -> select(scene, scene.rows().size() - 1);
      case TAB -> inLog = !inLog;
      case ESCAPE -> {
        return escape();
      }
      case LEFT, RIGHT, ENTER, BACKSPACE, INTERRUPT -> {}
    }
    return Optional.empty();
  }

  private boolean scrolled(Named key, Scene scene) {
    LogTail tail = scene.world().log();
    int height = scene.layout().logRows();
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

  /// Closes what is open; where nothing is, the screen.
  private Optional<Order> escape() {
    if (inLog) {
      inLog = false;
    } else if (!log.search().isEmpty()) {
      log.search("");
    } else if (!filter.isEmpty()) {
      filter = "";
    } else {
      return Optional.of(new Order.Quit());
    }
    return Optional.empty();
  }

  private Optional<Order> typed(int point, Scene scene) {
    switch (point) {
      case 'k' -> move(Named.UP, scene);
      case 'j' -> move(Named.DOWN, scene);
      case 'g' -> move(Named.HOME, scene);
      case 'G' -> move(Named.END, scene);
      case 'p', ' ' -> log.toggle(scene.world().log());
      case '/' -> open(Mode.FILTER, filter);
      case 'f' -> open(Mode.SEARCH, log.search());
      case 'n' -> find(scene, true);
      case 'N' -> find(scene, false);
      case 'c' -> {
        sorting = sorting.next();
        notice = "sorted by " + sorting.word();
      }
      case '?', 'h' -> mode = Mode.HELP;
      case 'q', 'Q' -> {
        return Optional.of(new Order.Quit());
      }
      default -> {
        return selectedIn(scene).flatMap(instance -> wanted(point, instance)).flatMap(this::ask);
      }
    }
    return Optional.empty();
  }

  private Optional<Order> wanted(int point, InstanceView instance) {
    return switch (point) {
      case 'r' -> Optional.of(new Order.Restart(instance.id(), instance.spec().name()));
      case 'R' -> Optional.of(new Order.Reload(instance.spec().name()));
      case 's' -> Optional.of(Order.toggled(instance));
      case '+', '=' -> scaled(instance, 1);
      case '-' -> scaled(instance, -1);
      default -> Optional.empty();
    };
  }

  private Optional<Order> scaled(InstanceView instance, int by) {
    if (instance.spec().cluster().enabled()) {
      return Optional.of(new Order.Scale(instance.spec().name(), by));
    }
    notice =
        "%s is not in cluster mode: to have more all the same, use jpm scale"
            .formatted(instance.spec().name());
    return Optional.empty();
  }

  private Optional<Order> ask(Order order) {
    if (order.question().isEmpty()) {
      return Optional.of(order);
    }
    unconfirmed = Optional.of(order);
    mode = Mode.CONFIRM;
    return Optional.empty();
  }

  private Optional<Order> confirm(Key key) {
    Optional<Order> order = unconfirmed;
    unconfirmed = Optional.empty();
    mode = Mode.BROWSE;
    if (key instanceof Typed(int point) && (point == 'y' || point == 'Y')) {
      return order;
    }
    notice = "not done";
    return Optional.empty();
  }

  private void open(Mode editing, String text) {
    mode = editing;
    before = text;
  }

  private Optional<Order> typing(Key key, Scene scene) {
    switch (key) {
      case Typed(int point) -> {
        if (input().length() < LONGEST_INPUT) {
          change(input() + Character.toString(point));
        }
      }
      case Named named -> edit(named, scene);
    }
    return Optional.empty();
  }

  private void edit(Named key, Scene scene) {
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
          find(scene, true);
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

  private void find(Scene scene, boolean above) {
    if (log.search().isEmpty()) {
      notice = "f searches in the log";
    } else if (!log.find(scene.world().log(), scene.layout().logRows(), above)) {
      notice = "no %s line has \"%s\"".formatted(above ? "earlier" : "later", log.search());
    }
  }

  private void select(Scene scene, int wanted) {
    Optional<InstanceId> last = selected;
    index = Math.clamp(wanted, 0, Math.max(0, scene.rows().size() - 1));
    selected = selectedIn(scene).map(InstanceView::id);
    if (!selected.equals(last)) {
      log.reset();
    }
  }

  /// Who is selected; empty: no app is listed.
  public Optional<InstanceView> selectedIn(Scene scene) {
    return index < scene.rows().size() ? Optional.of(scene.rows().get(index)) : Optional.empty();
  }

  /// The place of the first app that there is room for, so that the selected one is in the middle.
  int top(Scene scene) {
    int height = scene.layout().listRows();
    return Math.clamp(index - height / 2L, 0, Math.max(0, scene.rows().size() - height));
  }

  /// The apps that there is room for.
  public List<InstanceView> visible(Scene scene) {
    int top = top(scene);
    return scene
        .rows()
        .subList(top, Math.min(scene.rows().size(), top + scene.layout().listRows()));
  }

  /// Says something in the last line, until the next key.
  public void say(String sentence) {
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

  /// What is being typed.
  String input() {
    return mode == Mode.FILTER ? filter : log.search();
  }

  Sorting sorting() {
    return sorting;
  }

  LogView log() {
    return log;
  }

  Optional<Order> unconfirmed() {
    return unconfirmed;
  }

  String notice() {
    return notice;
  }
}
