package io.jpm.doctor;

import io.jpm.config.settings.SettingsOutcome;
import io.jpm.os.SystemInspection;
import java.nio.file.Path;

/// What the doctor is told about its daemon.
///
/// @param look who looks at the system
/// @param home the daemon's directory
/// @param installedSettings `conf/jpm.json` of the installation
/// @param pid the daemon's process
/// @param keeper whether there is to be a keeper
/// @param booted the settings that the daemon has begun with
public record DoctorContext(
    SystemInspection look,
    Path home,
    Path installedSettings,
    long pid,
    boolean keeper,
    SettingsOutcome booted) {}
