// How wide a still picture is; the page scales it to its room.

export const WIDTH = 860;
