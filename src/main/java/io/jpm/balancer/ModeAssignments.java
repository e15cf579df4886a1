package io.jpm.balancer;

import io.jpm.model.AppName;
import io.jpm.model.BalancingMode;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.WorkerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The balancing mode of each worker slot, together with the current or last process of the slot.
/// Owned by [ClusterBalancerVerticle].
final class ModeAssignments {
  private final Map<WorkerId.Slot, Assignment> all = new HashMap<>();

  /// The assignment of one slot.
  ///
  /// @param portReservation the addresses of the app, as known when the process was prepared
  /// @param worker the last process of the slot
  /// @param ended whether that process has terminated
  record Assignment(PortReservation portReservation, WorkerId worker, boolean ended) {
    BalancingMode mode() {
      return portReservation.mode();
    }

    AppName app() {
      return portReservation.app();
    }

    private boolean isFollowedBy(WorkerId other, PortReservation next) {
      return isOf(next.app())
          && worker.id().equals(other.id())
          && !worker.slot().equals(other.slot());
    }

    private boolean isOf(AppName name) {
      return app().equals(name);
    }
  }

  /// Assigns the slot to `worker` and returns the previous assignment.
  Optional<Assignment> put(WorkerId worker, PortReservation portReservation) {
    return Optional.ofNullable(
        all.put(worker.slot(), new Assignment(portReservation, worker, false)));
  }

  Optional<Assignment> remove(WorkerId worker) {
    return Optional.ofNullable(all.remove(worker.slot()));
  }

  Optional<Assignment> of(WorkerId worker) {
    return Optional.ofNullable(all.get(worker.slot()));
  }

  /// Returns the last process of the instance. During a replacement, this is either the old or the
  /// new process.
  Optional<WorkerId> workerOf(InstanceId id) {
    return all.values().stream()
        .map(Assignment::worker)
        .filter(worker -> worker.id().equals(id))
        .findFirst();
  }

  void ended(WorkerId worker) {
    all.computeIfPresent(
        worker.slot(),
        (_, place) ->
            place.worker().equals(worker)
                ? new Assignment(place.portReservation(), worker, true)
                : place);
  }

  boolean has(AppName app) {
    return all.values().stream().anyMatch(place -> place.isOf(app));
  }

  /// Returns why a process must not be started beside the processes in other slots; empty if it may
  /// be started. Those processes may listen on the same addresses or, during a reload, share them
  /// in a different mode. The backend of the mode may refuse the process for other reasons.
  ///
  /// @param seen adds to a reservation the addresses on which its app was observed to listen
  Optional<String> refusal(
      WorkerId worker, PortReservation portReservation, UnaryOperator<PortReservation> seen) {
    return all.values().stream()
        .filter(place -> !place.worker().slot().equals(worker.slot()))
        .flatMap(place -> {
          PortReservation there = seen.apply(place.portReservation());
          return place.isFollowedBy(worker, portReservation)
              ? portReservation.refusedAfter(there).stream()
              : portReservation.refusedBeside(there).stream();
        })
        .findFirst();
  }

  /// Returns the assignments of the app's slots to other modes if the whole app is being restarted;
  /// empty during a reload.
  List<Assignment> left(WorkerId worker, PortReservation portReservation) {
    boolean reload =
        all.values().stream().anyMatch(place -> place.isFollowedBy(worker, portReservation));
    return reload
        ? List.of()
        : all.values().stream()
            .filter(place ->
                place.isOf(portReservation.app()) && place.mode() != portReservation.mode())
            .toList();
  }
}
