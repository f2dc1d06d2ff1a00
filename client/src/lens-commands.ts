import { commands, type ExtensionContext, Location, Position, Range, Uri } from 'vscode';
import { lensArgumentSchema } from './protocol';

/** What a click on a lens does: the watchers of the event in a peek. */
export function registerLensCommands(context: ExtensionContext): void {
  context.subscriptions.push(
    commands.registerCommand('taskWatchers.showWatchers', async (argument: unknown) => {
      const { uri, line, character, locations } = lensArgumentSchema.parse(argument);
      await commands.executeCommand(
        'editor.action.showReferences',
        Uri.parse(uri),
        new Position(line, character),
        locations.map(
          ({ uri: file, range: { start, end } }) =>
            new Location(Uri.parse(file), new Range(start.line, start.character, end.line, end.character)),
        ),
      );
    }),
  );
}
