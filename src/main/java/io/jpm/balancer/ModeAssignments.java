package io.jpm.balancer;

import io.jpm.model.AppName;
import io.jpm.model.BalancingMode;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.WorkerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Which way each process goes, its last one where it has none. Owned by the verticle.
final class ModeAssignments {
  private final Map<WorkerId.Slot, Place> all = new HashMap<>();

  /// One of them.
  ///
  /// @param portReservation where its app listens by what was said when it was made
  /// @param worker its last process
  /// @param ended whether that has ended
  record Place(PortReservation portReservation, WorkerId worker, boolean ended) {
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

  /// Takes the place for `worker`; gives what was there before.
  Optional<Place> put(WorkerId worker, PortReservation portReservation) {
    return Optional.ofNullable(all.put(worker.slot(), new Place(portReservation, worker, false)));
  }

  Optional<Place> remove(WorkerId worker) {
    return Optional.ofNullable(all.remove(worker.slot()));
  }

  Optional<Place> of(WorkerId worker) {
    return Optional.ofNullable(all.get(worker.slot()));
  }

  /// The last process of an instance, whichever it is while it is being replaced.
  Optional<WorkerId> workerOf(InstanceId id) {
    return all.values().stream()
        .map(Place::worker)
        .filter(worker -> worker.id().equals(id))
        .findFirst();
  }

  void ended(WorkerId worker) {
    all.computeIfPresent(
        worker.slot(),
        (_, place) ->
            place.worker().equals(worker)
                ? new Place(place.portReservation(), worker, true)
                : place);
  }

  boolean has(AppName app) {
    return all.values().stream().anyMatch(place -> place.isOf(app));
  }

  /// Why a process must not be made, for all that its own way can tell.
  ///
  /// @param seen adds to a claim where its app was seen to listen
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

  /// Those of the same app that went another way, when all of it is restarted and not reloaded.
  List<Place> left(WorkerId worker, PortReservation portReservation) {
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
