package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.model.process.InstanceId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A snapshot of the data, with the filtered and sorted rows and their layout.
///
/// @param monitData the data
/// @param rows the listed instances, in sort order
/// @param layout the layout of the screen
public record MonitFrame(MonitData monitData, List<InstanceView> rows, ScreenLayout layout) {
  public MonitFrame {
    rows = List.copyOf(rows);
  }

  /// Filters and sorts the instances, and computes the layout.
  ///
  /// @param filter text that app names must contain; empty for all apps
  static MonitFrame of(MonitData monitData, String filter, SortOrder sortOrder, Size size) {
    String wanted = filter.toLowerCase(Locale.ROOT);
    List<InstanceView> rows =
        monitData.instances().stream()
            .filter(one -> one.spec().name().value().toLowerCase(Locale.ROOT).contains(wanted))
            .sorted(sortOrder.comparator(monitData))
            .toList();
    return new MonitFrame(monitData, rows, ScreenLayout.of(size, rows.size()));
  }

  /// Returns the row index of an instance; negative if the instance is not listed.
  int indexOf(Optional<InstanceId> id) {
    for (int i = 0; i < rows.size(); i++) {
      if (id.isPresent() && rows.get(i).id().equals(id.get())) {
        return i;
      }
    }
    return -1;
  }
}
