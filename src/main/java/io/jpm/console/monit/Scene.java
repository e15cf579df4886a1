package io.jpm.console.monit;

import io.jpm.bus.InstanceView;
import io.jpm.model.InstanceId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What there is to see at one moment, in the order and place in which it is shown.
///
/// @param world what is known
/// @param rows the apps that are listed, in their order
/// @param layout what is where
public record Scene(World world, List<InstanceView> rows, Layout layout) {
  public Scene {
    rows = List.copyOf(rows);
  }

  /// @param filter what the names of apps are to contain; empty: all apps
  static Scene of(World world, String filter, Sorting sorting, Size size) {
    String wanted = filter.toLowerCase(Locale.ROOT);
    List<InstanceView> rows =
        world.instances().stream()
            .filter(one -> one.spec().name().value().toLowerCase(Locale.ROOT).contains(wanted))
            .sorted(sorting.comparator(world))
            .toList();
    return new Scene(world, rows, Layout.of(size, rows.size()));
  }

  /// Where an instance is listed; negative: it is not.
  int indexOf(Optional<InstanceId> id) {
    for (int i = 0; i < rows.size(); i++) {
      if (id.isPresent() && rows.get(i).id().equals(id.get())) {
        return i;
      }
    }
    return -1;
  }
}
