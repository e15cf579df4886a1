package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.model.run.InstanceId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What there is to see at one moment, in the order and place in which it is shown.
///
/// @param monitData what is known
/// @param rows the apps that are listed, in their order
/// @param layout what is where
public record MonitFrame(MonitData monitData, List<InstanceView> rows, Layout layout) {
  public MonitFrame {
    rows = List.copyOf(rows);
  }

  /// @param filter what the names of apps are to contain; empty: all apps
  static MonitFrame of(MonitData monitData, String filter, SortOrder sortOrder, Size size) {
    String wanted = filter.toLowerCase(Locale.ROOT);
    List<InstanceView> rows =
        monitData.instances().stream()
            .filter(one -> one.spec().name().value().toLowerCase(Locale.ROOT).contains(wanted))
            .sorted(sortOrder.comparator(monitData))
            .toList();
    return new MonitFrame(monitData, rows, Layout.of(size, rows.size()));
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
