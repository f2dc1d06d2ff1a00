import type { DispatchResult } from '../dispatch/dispatch-result';
import { dispatchPicture } from './dispatch-picture';
import { page, pictureInPage } from './page';
import type { Href } from './picture/flow-text';

/** A dispatch as a self-contained HTML page: the picture, in the width that fits. */
export function dispatchPage(result: DispatchResult, href?: Href): string {
  return page(`Dispatch of ${result.event}`, dispatchFigure(result, 'dispatch', href));
}

/** The picture as a part of a page that `page` made. `id` is unique in it. */
export const dispatchFigure = (result: DispatchResult, id: string, href?: Href): string =>
  pictureInPage(id, (width, pictureId) =>
    dispatchPicture(result, { width, id: pictureId, withStyle: false, ...(href ? { href } : {}) }),
  );
