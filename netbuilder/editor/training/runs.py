"""The trainings of the shown document: started, followed, steered, listed; never a word from a thread."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from netbuilder.app.run_recipe import recipe_of, with_recipe_of
from netbuilder.app.session import Session
from netbuilder.app.training import new_run_path, resume_training, start_training
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import NotSoundError
from netbuilder.data.settings import DataSettings
from netbuilder.editor.tab import Tab
from netbuilder.editor.training.advising import Advising
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.tail import News, Overview, meaning, overview, survey
from netbuilder.editor.training.words import short_name
from netbuilder.files.documents import load
from netbuilder.graph.edits import set_data, set_recipe
from netbuilder.graph.model import Network
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.node_api.params import Path as PathParam
from netbuilder.training import client
from netbuilder.training.client import Worker
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.run_notes import RunNotes, to_trash, write_notes
from netbuilder.training.warm import WarmWorker

if TYPE_CHECKING:
    from netbuilder.editor.workspace import Workspace

TICK = 400  # ms between two looks at what runs; oftener, a training on two cores would get slower
SETTLED = 800  # ms after a change of the folder before it is looked through
REGRET = 8000  # ms in which a deletion can be taken back
_STAMP = r"-\d{8}-\d{6}(-\d+)?"

_log = logging.getLogger(__name__)


class Runs(QObject):
    """The trainings in the folder of the shown document, and those that were started here.

    Attributes:
        starting: Whether one is being started at this moment.
    """

    changed = Signal()  # the list, which run is shown, or which are overlaid
    state_changed = Signal(object)  # RunView: it stands elsewhere than before
    moved = Signal(object)  # RunView: it has new records
    live = Signal(object)  # RunView: its layers were measured, or its surface drawn
    refused = Signal(list)  # diagnostics of a network that cannot be trained
    data_missing = Signal(object)  # Tab
    loss_missing = Signal(object)  # Tab
    weights_wanted = Signal(object)  # RunView: a training may start from its weights

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._views: dict[Path, RunView] = {}
        self._chosen: dict[Tab, Path] = {}
        self._overlaid: set[Path] = set()
        self._along: Counter[Path] = Counter()
        self._leaving: dict[Path, QTimer] = {}
        self._listed: Path | None = None
        self._warm = WarmWorker()
        self._keeps_warm = False
        self._shut = False
        self._all_stop = False
        self.starting = False
        self._meaning: tuple[Network, str] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._tick)
        self._elsewhere = QFileSystemWatcher(self)
        self._elsewhere.directoryChanged.connect(self._on_elsewhere)
        self._settled = QTimer(self)
        self._settled.setInterval(SETTLED)
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self.refresh)
        workspace.switched.connect(self._on_switched)
        workspace.stated.connect(self._on_stated)
        workspace.closed.connect(self._on_closed)
        workspace.preferences.changed.append(self._on_setting)
        self._advising = Advising(self, workspace)
        self._on_switched()

    # What there is.

    @property
    def all(self) -> list[RunView]:
        """The runs in the folder of the shown document, the newest first."""
        folder = self._folder()
        found = [view for view in self._views.values() if view.home == folder]
        return sorted(found, key=lambda view: (view.began, view.name), reverse=True)

    @property
    def shown(self) -> RunView | None:
        """The run whose curves are shown: the chosen one, or the newest of the shown document."""
        tab = self._workspace.current
        if tab is None:
            return None
        chosen = self._views.get(self._chosen[tab]) if tab in self._chosen else None
        if chosen is not None and chosen.path not in self._leaving:
            return chosen
        mine = (view for view in self.all if _is_of(view, tab))
        return next((view for view in mine if view.path not in self._leaving), None)

    @property
    def active(self) -> RunView | None:
        """The run that a worker is at: the shown one if it is one, else any."""
        shown = self.shown
        if shown is not None and shown.is_active:
            return shown
        return next(iter(self.active_runs()), None)

    @property
    def overlaid(self) -> list[RunView]:
        """The runs that are drawn behind the shown one."""
        return [view for view in self.all if view.path in self._overlaid] if self._overlaid else []

    def active_runs(self) -> list[RunView]:
        """The runs that a worker is at."""
        return [view for view in self._views.values() if view.is_active]

    def left_behind(self, tab: Tab) -> RunView | None:
        """The run of a document that goes on when the window is closed now."""
        if self._all_stop:
            return None
        folder = self._folder_of(tab)
        mine = (view for view in self.active_runs() if view.path.parent == folder)
        return next((view for view in mine if _is_of(view, tab)), None)

    def is_leaving(self, view: RunView) -> bool:
        """Whether a run is about to be removed."""
        return view.path in self._leaving

    def moved_on(self, tab: Tab) -> bool:
        """Whether the document would train something else than the shown run does."""
        view = self.shown
        if view is None or tab is not self._workspace.current or not view.facts.meaning:
            return False
        if self._meaning is None or self._meaning[0] is not tab.network:
            self._meaning = (tab.network, meaning(tab.network))
        return self._meaning[1] != view.facts.meaning

    # Choosing.

    def show(self, view: RunView) -> None:
        """Show the curves of a run."""
        tab = self._workspace.current
        if tab is not None and view is not self.shown:
            self._chosen[tab] = view.path
            self._follow()
            self.changed.emit()

    def overlay(self, view: RunView, on: bool) -> None:
        """Draw a run behind the shown one, or do not."""
        if on != (view.path in self._overlaid):
            (self._overlaid.add if on else self._overlaid.discard)(view.path)
            self._follow()
            self.changed.emit()

    def read_along(self, views: Iterable[RunView]) -> None:
        """Read the records of runs that are looked at beside the panels, too."""
        self._along.update(view.path for view in views)
        self._follow()

    def read_no_longer(self, views: Iterable[RunView]) -> None:
        """Take one ``read_along`` back."""
        self._along -= Counter(view.path for view in views)

    # Starting.

    def train(self, tab: Tab | None = None, weights_of: RunFolder | None = None) -> None:
        """Train a document, from the weights of a run where one is given; what is missing is asked for."""
        tab = tab or self._workspace.current
        if tab is None or self.starting or self.active is not None:
            return
        report = tab.report
        if not _has_loss(tab.network):
            self.loss_missing.emit(tab)
        elif not tab.network.data:
            self.data_missing.emit(tab)
        elif not report.ok:
            self.refused.emit(list(report.diagnostics))
        else:
            self._start(tab, weights_of)

    def resume(self) -> None:
        """Go on with the shown run: after a pause, or from its last checkpoint."""
        view = self.shown
        if view is None:
            return
        if view.is_active:
            self._send(client.resume, view)
        elif view.resumable and not self.starting:
            self._begin(partial(_resumed, view.path, self._warm))

    def _start(self, tab: Tab, weights_of: RunFolder | None) -> None:
        threads = self._workspace.preferences.settings.threads
        network = tab.network
        if threads and not network.recipe.get("threads"):
            network = set_recipe(network, {**network.recipe, "threads": threads})
        session = tab.session
        runs = self._folder_of(tab)
        path = partial(new_run_path, session.name, runs)
        self._begin(partial(_started, network, session.folder, path, self._warm, weights_of))

    def _begin(self, work: Callable[[], tuple[Overview, Worker]]) -> None:
        self.starting = True
        self._all_stop = False
        self._workspace.tasks.submit(self, "start", work, self._on_started, self._on_failed)
        self.changed.emit()
        actions = self._workspace.actions
        if actions is not None:
            actions.run("view.training")

    def _on_started(self, started: tuple[Overview, Worker]) -> None:
        found, worker = started
        self.starting = False
        if self._shut:
            worker.leave()
            return
        view = RunView(found, worker)
        known = self._views.get(view.path)
        if known is not None:
            known.tail.worker, known.state, known.result = worker, found.state, None
            known.loaded = False
            view = known
        self._views[view.path] = view
        tab = self._workspace.current
        if tab is not None and (known is None or view is not self.shown):
            self._chosen[tab] = view.path
        self._follow()
        self.changed.emit()
        self.state_changed.emit(view)

    def _on_failed(self, error: Exception) -> None:
        self.starting = False
        self.changed.emit()
        if isinstance(error, NotSoundError):
            self.refused.emit(list(error.report.diagnostics))
        else:
            self._say("error", f"The training did not start: {error}")

    # Steering.

    def pause(self) -> None:
        """Pause the training; one that is paused goes on."""
        view = self.active
        if view is not None:
            self._send(client.resume if view.state.state == "paused" else client.pause, view)

    def stop(self) -> None:
        """Stop the training after its step; the best weights are kept and tested."""
        if self.active is not None:
            self._send(client.stop, self.active)

    def stop_after_epoch(self) -> None:
        """Stop the training at the end of its epoch."""
        if self.active is not None:
            self._send(client.stop_after_epoch, self.active)

    def stop_all(self) -> None:
        """Tell all workers to stop; they write their checkpoints by themselves."""
        self._all_stop = True
        for view in self.active_runs():
            self._send(client.stop, view)

    def open_folder(self) -> None:
        """Show the files of the shown run."""
        view = self.shown
        if view is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(view.path)))

    def _send(self, command: Callable[[RunFolder], None], view: RunView) -> None:
        try:
            command(view.folder)
        except (RunError, OSError) as error:
            self._say("warning", str(error))

    def say_of(self, view: RunView, notes: RunNotes) -> bool:
        """Write down what is said of a run; return whether that went well."""
        if notes == view.notes:
            return False
        try:
            write_notes(view.folder, notes)
        except (NetBuilderError, OSError) as error:
            self._say("error", f"What was said of the run cannot be kept: {error}")
            return False
        view.notes = notes
        self.changed.emit()
        self.refresh()  # a look that is under way may have found what was said before
        return True

    def open_graph(self, view: RunView) -> None:
        """Open the network that a run trains, as it was, in a tab of its own."""
        name = short_name(view.name).replace(":", "-")
        self._workspace.tasks.submit(
            self,
            f"graph:{view.path}",
            partial(_graph_of, view.folder, name),
            self._on_graph,
            self._on_graphless,
        )

    def _on_graph(self, session: Session) -> None:
        if not self._shut:
            self._workspace.open(session)

    def _on_graphless(self, error: Exception) -> None:
        self._say("error", f"The graph of the run cannot be opened: {error}")

    def copy_recipe(self, view: RunView) -> None:
        """Train the shown document as a run was trained from now on, in one step."""
        tab = self._workspace.current
        if tab is not None:
            self._workspace.tasks.submit(
                self,
                "recipe",
                partial(_recipe_for, tab, view),
                self._on_recipe,
                self._on_recipeless,
            )

    def _on_recipe(self, found: tuple[Tab, RunView, dict[str, Any]]) -> None:
        tab, view, recipe = found
        if self._shut or tab not in self._workspace.tabs:
            return
        name = short_name(view.name)
        if with_recipe_of(tab.network, recipe) is tab.network:
            self._say("info", f"The document has the recipe of {name} already.")
            return
        tab.seal()
        tab.do(f"Copy the recipe of {name}", lambda network: with_recipe_of(network, recipe))
        self._say("info", f"The recipe of {name} is copied; device and threads stay.")

    def _on_recipeless(self, error: Exception) -> None:
        self._say("error", f"The recipe of the run cannot be copied: {error}")

    # Removing.

    def delete(self, view: RunView) -> None:
        """Move a run to the trash beside it, unless it is taken back within a few seconds."""
        if view.is_active or view.path in self._leaving:
            return
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(self._on_regretless)
        timer.start(REGRET)
        self._leaving[view.path] = timer
        self.overlay(view, False)
        self._follow()
        self.changed.emit()

    def keep(self, view: RunView) -> None:
        """Take a deletion back."""
        timer = self._leaving.pop(view.path, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()
            self._follow()
            self.changed.emit()

    def _on_regretless(self) -> None:
        for path, timer in list(self._leaving.items()):
            if timer is self.sender():
                view = self._views.pop(path, None)
                del self._leaving[path]
                timer.deleteLater()
                if view is not None:
                    self._workspace.tasks.submit(
                        self,
                        f"remove:{path}",
                        partial(to_trash, view.folder),
                        self._on_removed,
                        self._on_kept,
                    )
                self.changed.emit()

    def _on_removed(self, nothing: object) -> None:
        self.refresh()

    def _on_kept(self, error: Exception) -> None:
        self._say("error", f"The run cannot be removed: {error}")
        self.refresh()

    # The commands.

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands do."""
        return {
            "run.train": self.train,
            "run.pause": self.pause,
            "run.stop": self.stop,
            "run.stop_after_epoch": self.stop_after_epoch,
            "run.resume": self.resume,
            "run.open_folder": self.open_folder,
        }

    def enabled(self) -> dict[str, Callable[[], bool]]:
        """When they can be given."""
        return {
            "run.train": self._can_train,
            "run.pause": self._is_active,
            "run.stop": self._is_active,
            "run.stop_after_epoch": self._is_active,
            "run.resume": self._can_resume,
            "run.open_folder": self._is_shown,
        }

    def _can_train(self) -> bool:
        return self._workspace.current is not None and not self.starting and self.active is None

    def _is_active(self) -> bool:
        return self.active is not None

    def _can_resume(self) -> bool:
        view = self.shown
        if view is None or self.starting:
            return False
        return view.state.state == "paused" if view.is_active else view.resumable

    def _is_shown(self) -> bool:
        return self.shown is not None

    # The beginning and the end.

    def begin(self) -> None:
        """Start a worker that waits, so that the next training begins at once."""
        self._keeps_warm = True
        self._warm_up()

    def shut(self) -> None:
        """Stop watching; workers that run go on by themselves."""
        self._shut = True
        self._timer.stop()
        self._settled.stop()
        self._warm.close()
        for path, timer in self._leaving.items():
            timer.stop()
            try:
                to_trash(RunFolder(path))
            except (RunError, OSError) as error:
                _log.warning("the run %s cannot be removed: %s", path, error)
        self._leaving.clear()
        for view in self._views.values():
            if view.tail.worker is not None:
                view.tail.worker.leave()
        if self._on_setting in self._workspace.preferences.changed:
            self._workspace.preferences.changed.remove(self._on_setting)

    def _warm_up(self) -> None:
        if not self._keeps_warm or self._shut or self.starting or self.active_runs():
            return
        try:
            self._warm.start()
        except OSError as error:
            _log.warning("no worker can be kept warm: %s", error)

    # Looking.

    def refresh(self) -> None:
        """Look which runs there are."""
        folder = self._folder()
        self._listed = folder
        self._listen(folder)
        if folder is not None:
            self._workspace.tasks.submit(
                self, "survey", partial(_surveyed, folder), self._on_survey
            )

    def _listen(self, folder: Path | None) -> None:
        """Hear of runs that another program makes."""
        known = self._elsewhere.directories()
        places = (folder, folder.parent) if folder is not None else ()
        wanted = next((str(place) for place in places if place.is_dir()), "")
        if known != [wanted]:
            if known:
                self._elsewhere.removePaths(known)
            if wanted:
                self._elsewhere.addPath(wanted)

    def _on_elsewhere(self, path: str) -> None:
        folder = self._folder()
        # While there are no runs, what is heard of the folder around them is mostly something else.
        if not self._shut and folder is not None and folder.is_dir():
            self._settled.start()  # a folder is there before what makes it a run

    def _on_survey(self, surveyed: tuple[Path, list[Overview]]) -> None:
        folder, found = surveyed
        there = {one.path for one in found}
        for path in [p for p, v in self._views.items() if p.parent == folder and p not in there]:
            if not self._views[path].is_active:
                del self._views[path]
        for one in found:
            if one.path in self._views:
                self._views[one.path].renew(one)
            else:
                self._views[one.path] = RunView(one)
        self._follow()
        self.changed.emit()

    def _follow(self) -> None:
        """Read what is shown or runs; nothing else costs time."""
        if self._shut:
            return
        if self._followed():
            if not self._timer.isActive():
                self._timer.start()
                self._tick()
        else:
            self._timer.stop()

    def _followed(self) -> list[RunView]:
        shown = self.shown
        wanted = {view.path: view for view in self.overlaid}
        wanted |= {path: self._views[path] for path in self._along if path in self._views}
        if shown is not None:
            wanted[shown.path] = shown
        found = {path: view for path, view in wanted.items() if not view.loaded}
        found |= {view.path: view for view in self.active_runs()}
        return list(found.values())

    def _tick(self) -> None:
        followed = self._followed()
        if not followed:
            self._timer.stop()
            self._warm_up()
        shown = self.shown
        boards = self._workspace.preferences.settings.tensorboard
        for view in followed:
            if not view.reading:
                view.reading = True
                view.tail.watched = view is shown
                view.tail.boards = view.is_active and boards
                self._workspace.tasks.submit(
                    self, f"tail:{view.path}", partial(_read, view), self._on_news
                )

    def _on_news(self, read: tuple[RunView, News | Exception]) -> None:
        view, news = read
        view.reading = False
        if self._shut:
            return
        if isinstance(news, Exception):
            view.loaded = True
            _log.warning("the run %s cannot be read: %s", view.path, news)
            self.refresh()
            return
        was_loaded = view.loaded
        elsewhere = view.take(news)
        if news.columns is not None or view.loaded != was_loaded:
            self.moved.emit(view)
        if news.activity is not None or news.surface is not None:
            self.live.emit(view)
        if elsewhere:
            self.state_changed.emit(view)
        if news.more and view in self._followed():
            self._tick()

    def _folder(self) -> Path | None:
        tab = self._workspace.current
        return self._folder_of(tab) if tab is not None else None

    def _folder_of(self, tab: Tab) -> Path:
        preferences = self._workspace.preferences
        if tab.session.path is None:
            return preferences.folder / "runs"
        return tab.session.folder / preferences.settings.runs

    def _on_switched(self) -> None:
        self._meaning = None
        self.refresh()
        self.changed.emit()

    def _on_stated(self, tab: Tab) -> None:
        if tab is self._workspace.current and self._folder() != self._listed:
            self.refresh()

    def _on_closed(self, tab: Tab) -> None:
        self._chosen.pop(tab, None)

    def _on_setting(self, name: str) -> None:
        if name == "runs":
            self.refresh()

    def _say(self, level: str, text: str) -> None:
        self._workspace.said.emit(level, text)


def _is_of(view: RunView, tab: Tab) -> bool:
    """Whether a run has the name that a training of a document gets."""
    return re.fullmatch(re.escape(tab.session.name) + _STAMP, view.name) is not None


def _has_loss(network: Network) -> bool:
    types = standard_catalogue().types
    kinds = (types.get(node.type) for node in network.graph.nodes.values())
    return any(kind is not None and kind.role == "loss" for kind in kinds)


# What is done beside the main loop.


def _started(
    network: Network,
    folder: Path,
    path: Callable[[], Path],
    warm: WarmWorker,
    weights_of: RunFolder | None,
) -> tuple[Overview, Worker]:
    worker = start_training(network, folder, path(), warm, weights_of)
    return overview(worker.run), worker


def _resumed(path: Path, warm: WarmWorker) -> tuple[Overview, Worker]:
    worker = resume_training(path, warm)
    return overview(worker.run), worker


def _surveyed(folder: Path) -> tuple[Path, list[Overview]]:
    return folder, survey(folder)


def _read(view: RunView) -> tuple[RunView, News | Exception]:
    try:
        return view, view.tail.read()
    except (NetBuilderError, OSError, ValueError) as error:
        return view, error


def _recipe_for(tab: Tab, view: RunView) -> tuple[Tab, RunView, dict[str, Any]]:
    return tab, view, recipe_of(view.folder)


def _graph_of(run: RunFolder, name: str) -> Session:
    """A document of what a run trains; its data are found from wherever it is saved."""
    network, data = load(run.graph), run.data()
    source = DataSettings.from_plain(network.data).source
    found = {
        param: str(Path(data["folder"]) / Path(text).expanduser())
        for param, kind in source.params.items()
        if isinstance(kind, PathParam) and (text := getattr(source, param))
    }
    if found:
        params = {**network.data.get("params", {}), **found}
        network = set_data(network, {**network.data, "params": params})
    return Session(network, name=name)
