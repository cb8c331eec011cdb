// A function to try the extension with.
export async function handler(event) {
  console.log("the function has its event");
  return { received: event };
}
