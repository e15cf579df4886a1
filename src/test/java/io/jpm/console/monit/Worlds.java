package io.jpm.console.monit;

import io.jpm.bus.InstanceView;
import io.jpm.console.Instances;
import io.jpm.model.InstanceId;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a screen may show, for tests.
final class Worlds {
  private static final Pattern SEQUENCE = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");
  static final Look PLAIN = new Look(false, true);
  static final Size USUAL = new Size(80, 24);

  private Worlds() {}

  /// The instances, each of which uses a little more than the one before.
  static World of(InstanceView... instances) {
    return of(LogTail.NONE, instances);
  }

  static World of(LogTail log, InstanceView... instances) {
    Map<InstanceId, Use> uses = new HashMap<>();
    Map<InstanceId, Chart> charts = new HashMap<>();
    for (InstanceView instance : instances) {
      int id = instance.id().value();
      var chart = new Chart();
      for (int i = 0; i < 20; i++) {
        chart.add(i * Chart.STEP_MILLIS, new Use(i * 5, (1L + i) << 20));
      }
      uses.put(instance.id(), new Use(id, (long) id << 20));
      charts.put(instance.id(), chart);
    }
    var host = new Machine.Host(2, 25, 8L << 30, 5L << 30, 0.42);
    var machine = new Machine("1.2.3", 4711, Duration.ofHours(3), Optional.of(host));
    return new World(
        List.of(instances), uses, charts, machine, log, Optional.empty(), Instances.NOW);
  }

  static LogTail log(int id, String... lines) {
    return new LogTail(
        Optional.of(new InstanceId(id)),
        Arrays.stream(lines).map(text -> new LogTail.Line(false, text)).toList(),
        lines.length,
        "");
  }

  /// What is seen of a picture, without colours.
  static List<String> seen(Picture picture) {
    return picture.lines().stream().map(Worlds::seen).toList();
  }

  static String seen(String line) {
    return SEQUENCE.matcher(line).replaceAll("");
  }

  static List<String> seen(World world, View view, Size size) {
    return seen(new Painter(PLAIN).paint(view.arrange(world, size), view));
  }

  /// Presses the keys of a text, one after the other.
  static Optional<Order> type(String text, World world, View view) {
    Optional<Order> last = Optional.empty();
    for (int point : text.codePoints().toArray()) {
      last = view.press(new Key.Typed(point), view.arrange(world, USUAL));
    }
    return last;
  }

  static Optional<Order> press(Key key, World world, View view) {
    return view.press(key, view.arrange(world, USUAL));
  }
}
