package io.jpm.doctor;

import io.jpm.config.settings.SettingsOutcome;
import io.jpm.os.SystemInspection;
import java.nio.file.Path;

/// Dependencies of [DoctorVerticle] and facts about the daemon that it belongs to.
///
/// @param inspector inspects the system
/// @param home the daemon's directory
/// @param installedSettings the path of `conf/jpm.json` in the installation
/// @param pid the pid of the daemon
/// @param keeper whether a keeper is expected to run
/// @param bootSettings the settings with which the daemon was started
public record DoctorContext(
    SystemInspection inspector,
    Path home,
    Path installedSettings,
    long pid,
    boolean keeper,
    SettingsOutcome bootSettings) {}
