/** What the widget itself says; everything else comes from the shop. */
const TABLE = `
launch|问小二|Ask us
unread|条未读|unread
assistant|小二|Xiaoer
staff|人工客服|Our team
machine|自动回复|automated
person|人工客服|Talk to a person
close|关闭|Close
other|EN|中文
swap|en|zh
log|对话|Conversation
input|请输入您的问题|Type your question
send|发送|Send
attach|发照片|Send a photo
photo|照片|Photo
big|照片超过 8 MB，请换一张或缩小后再发。|The photo is over 8 MB. Please send another, or a smaller one.
notice|我是智能客服，不是真人，随时可转人工。|I am a machine, not a human. You can talk to a person at any time.
hello|您好，小二在。|Hello, how can I help?
lead|查订单、退换货、挑东西，都可以问。|Orders, returns, the right size: just ask.
typing|正在输入…|Typing…
bot|在柜台|At the counter
waiting|正在转接人工|In the queue
human|人工接待中|With a person
closed|对话已结束|Ended
sending|发送中…|Sending…
unsent|没有发出去|Not sent
retry|重试|Try again
offline|网络断开，正在重连…|Connection lost, reconnecting…
problem|出了点问题，请再试一次。|Something went wrong, please try again.
order|订单|Order
total|合计|Total
eta|预计送达|Expected
source|依据|Source
products|商品|Products
taken|办理中…|Working on it…
done|已办好|Done
declined|好的，没有改动|All right, nothing changed
expired|已过期，没有改动|Expired, nothing changed
failed|没有完成|Not completed
up|有帮助|Helpful
down|没帮助|Not helpful
why|哪里可以更好？（选填）|What could be better? (optional)
thanks|谢谢，记下了。|Thank you, noted.
left|剩余字数|Characters left`;

export const WORDS = Object.fromEntries(TABLE.split("\n").map((row) => row.split("|")).map(([key, ...said]) => [key, said]));
